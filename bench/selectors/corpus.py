"""Every ecosystem whose selectors are measured, in the order of the table."""

from __future__ import annotations

from bench.selectors import cargo, go
from bench.selectors.javascript import JEST, MOCHA, PLAYWRIGHT, VITEST
from bench.selectors.ecosystem import Ecosystem

ECOSYSTEMS: tuple[Ecosystem, ...] = (
    JEST,
    VITEST,
    MOCHA,
    PLAYWRIGHT,
    go.ECOSYSTEM,
    cargo.ECOSYSTEM,
)
