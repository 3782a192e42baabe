"""Every ecosystem whose selectors are measured, in the order of the table."""

from __future__ import annotations

from bench.selectors import cargo, go
from bench.selectors.ecosystem import Ecosystem

ECOSYSTEMS: tuple[Ecosystem, ...] = (go.ECOSYSTEM, cargo.ECOSYSTEM)
