"""Measures the reading of reports: ``python -m bench.reports [--corpus DIR] [--large] [--fuzz N] [--guided N]``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.reports import corpus, fuzz, guided, speed
from bench.table import print_table

_ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("AGENT_CI_CORPUS") or _ROOT.parent / "shared") / "reports"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was asked for, all but the long parts by default; exit with 1 where red was taken for green."""
    parser = argparse.ArgumentParser(prog="bench.reports", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="a folder with manifest.jsonl")
    parser.add_argument("--all", action="store_true", help="name each file that is not counted exactly")
    parser.add_argument("--no-speed", action="store_true", help="the corpus alone")
    parser.add_argument("--large", action="store_true", help="also a report of 1,000,000 cases (about 450 MB)")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is shown")
    parser.add_argument("--fuzz", type=int, default=0, metavar="N", help="also damage reports in N ways, and read them")
    parser.add_argument("--guided", type=int, default=0, metavar="N", help="also damage them towards code not seen yet")
    options = parser.parse_args(arguments)
    is_right = _count(options.corpus, names_all=options.all)
    if options.fuzz:
        is_right &= fuzz.run(options.fuzz)
    if options.guided:
        is_right &= guided.run(fuzz.SEEDS, options.guided)
    if not options.no_speed:
        speed.measure(large=options.large, runs=options.runs)
    return 0 if is_right else 1


def _count(folder: Path, *, names_all: bool) -> bool:
    if not (folder / "manifest.jsonl").is_file():
        print(f"SKIPPED: there are no reports at {folder}; name their folder with --corpus", file=sys.stderr)
        return True
    scored = list(corpus.score(folder))
    print_table("Reports of real producers", corpus.COLUMNS, corpus.rows(scored), packages=("agent-ci", "junitparser"))
    for one in scored:
        if one.is_false_green or (names_all and one.ending is not corpus.Ending.EXACT):
            print(f"{one.ending}: {one.path}: {one.said}")
    return not any(one.is_false_green for one in scored)


if __name__ == "__main__":
    sys.exit(main())
