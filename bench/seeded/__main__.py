"""Measures what `known` and `autofix` repair, with no model: ``python -m bench.seeded [--only TEXT] [--repeat N]``."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.seeded.measuring import measured
from bench.seeded.of_tools import CASES as OF_TOOLS
from bench.seeded.python_slips import CASES as PYTHON_SLIPS
from bench.table import print_table

COLUMNS = ("repository", "kind", "expected", "got", "proposer", "calls", "proof repeated", "s")
GOAL = 20


def main() -> int:
    """Run each repository once; exit with 1 where one ends otherwise, or fewer than the goal are repaired."""
    parser = argparse.ArgumentParser(prog="bench.seeded")
    parser.add_argument("--only", default="", help="repositories whose name or kind holds this")
    parser.add_argument("--repeat", type=int, default=2)
    asked = parser.parse_args()
    cases = {name: case for name, case in {**PYTHON_SLIPS, **OF_TOOLS}.items() if asked.only in f"{name} {case.kind}"}
    rows, wrong, skipped = [], [], []
    for name, case in cases.items():
        if case.needs and not shutil.which(case.needs):
            skipped.append(f"{name} (no {case.needs})")
            continue
        with tempfile.TemporaryDirectory(prefix="bench-seeded-") as folder:
            found = measured(case, Path(folder), repeat=asked.repeat)
        wrong += [] if found.is_right(case) else [name]
        held = "yes" if found.holds else "-" if found.outcome != "fixed" else "NO"
        shown = found.outcome if found.is_right(case) else f"{found.outcome} (!)"
        rows.append((name, case.kind, case.expected, shown, found.proposer or "-", found.calls, held, found.seconds))
        print(f"{name}: {shown}", file=sys.stderr, flush=True)
    print_table("Red repositories that need no model", COLUMNS, rows, packages=("agent-ci", "pytest", "ruff"))
    by_kind = Counter(row[1] for row in rows if row[6] == "yes")
    repaired = by_kind.total()
    kinds = ", ".join(f"{kind} {count}" for kind, count in by_kind.items())
    print(
        f"{repaired} of {len(rows)} are repaired, with a proof that was repeated, and {sum(row[5] for row in rows)} "
        f"calls of a model: {kinds}. The goal is {GOAL}."
    )
    print(f"Otherwise than expected: {', '.join(wrong) or 'none'}. Left out: {', '.join(skipped) or 'none'}.")
    return 0 if not wrong and (asked.only or repaired >= GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
