"""Every ecosystem whose selectors are measured, in the order of the table."""

from __future__ import annotations

from bench.selectors import cargo, cmake, elixir, go, gradle, maven, php
from bench.selectors.ecosystem import Ecosystem
from bench.selectors.javascript import JEST, MOCHA, PLAYWRIGHT, VITEST
from bench.selectors.ruby import MINITEST, RSPEC

ECOSYSTEMS: tuple[Ecosystem, ...] = (
    JEST,
    VITEST,
    MOCHA,
    PLAYWRIGHT,
    go.ECOSYSTEM,
    cargo.ECOSYSTEM,
    maven.ECOSYSTEM,
    gradle.ECOSYSTEM,
    RSPEC,
    MINITEST,
    php.ECOSYSTEM,
    cmake.ECOSYSTEM,
    elixir.ECOSYSTEM,
)
