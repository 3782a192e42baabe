"""Every ecosystem whose selectors are measured, in the order of the table."""

from __future__ import annotations

from bench.selectors import cargo, cmake, elixir, go, gradle, javascript, maven, php, python, ruby
from bench.selectors.ecosystem import Ecosystem

ECOSYSTEMS: tuple[Ecosystem, ...] = (
    python.PYTEST,
    python.UNITTEST,
    javascript.JEST,
    javascript.VITEST,
    javascript.MOCHA,
    javascript.PLAYWRIGHT,
    go.ECOSYSTEM,
    cargo.ECOSYSTEM,
    maven.ECOSYSTEM,
    gradle.ECOSYSTEM,
    ruby.RSPEC,
    ruby.MINITEST,
    php.ECOSYSTEM,
    cmake.ECOSYSTEM,
    elixir.ECOSYSTEM,
)
