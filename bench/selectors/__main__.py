"""Measures how many failing cases are selected exactly, by real tools: ``python -m bench.selectors [NAME ...]``."""

from __future__ import annotations

import sys

from bench.selectors.corpus import ECOSYSTEMS
from bench.selectors.ecosystem import Row, measured
from bench.table import print_table

COLUMNS = ("ecosystem", "failing cases", "selected exactly", "%", "s", "version")
GOAL = 95.0


def main(names: tuple[str, ...]) -> int:
    """Measure the ecosystems *names*, all where none is named; 1 where one that is here misses the goal."""
    chosen = [ecosystem for ecosystem in ECOSYSTEMS if not names or ecosystem.name in names]
    rows = [measured(ecosystem) for ecosystem in chosen]
    print_table("Selectors: each failing case, run alone by its id", COLUMNS, map(_shown, rows))
    for row in rows:
        if row.fault:
            print(f"{row.name}: {row.fault}")
    return 0 if all(row.percent >= GOAL for row in rows if row.failing) and any(row.failing for row in rows) else 1


def _shown(row: Row) -> tuple[object, ...]:
    if not row.failing:
        return (row.name, "not measured", "", "", "", "")
    return (row.name, row.failing, row.exact, row.percent, row.seconds, row.version)


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
