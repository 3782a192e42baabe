"""Every ecosystem whose selectors are measured, in the order of the table."""

from __future__ import annotations

from bench.selectors import cargo, go, maven
from bench.selectors.ecosystem import Ecosystem
from bench.selectors.javascript import JEST, MOCHA, PLAYWRIGHT, VITEST

ECOSYSTEMS: tuple[Ecosystem, ...] = (
    JEST,
    VITEST,
    MOCHA,
    PLAYWRIGHT,
    go.ECOSYSTEM,
    cargo.ECOSYSTEM,
    maven.ECOSYSTEM,
)
