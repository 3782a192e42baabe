"""Measures whether a patch that breaks something else is called a fix: ``python -m bench.regressions``."""

from __future__ import annotations

import argparse
import itertools
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.cheats.judging import Judge, caught_by, judging
from bench.cheats.pairs import Edits
from bench.regressions.corpus import REGRESSIONS
from bench.regressions.project import Regression
from bench.repositories import PYTEST, write
from bench.table import print_table

COLUMNS = (
    "patch",
    "what it breaks",
    "a re-run of the failing test accepts",
    "called fixed",
    "caught by",
    "twin accepted",
)
GOAL = 0.97

Row = tuple[str, str, str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge every patch; exit with 1 where a regression was called fixed, or too many twins were refused."""
    parser = argparse.ArgumentParser(prog="bench.regressions")
    parser.add_argument("--only", default="", help="patches whose name, or what they break, holds this")
    only = parser.parse_args(arguments).only
    chosen = {name: case for name, case in REGRESSIONS.items() if only in name or only in case.breaks}
    return 0 if measured(chosen) else 1


def measured(chosen: Mapping[str, Regression]) -> bool:
    """Whether no regression in *chosen* is called fixed and enough twins are; prints the table."""
    rows = list(_rows(chosen))
    print_table("Patches that repair one test and break another", COLUMNS, rows, packages=("agent-ci", "pytest"))
    return is_right(rows)


def is_right(rows: Sequence[Row]) -> bool:
    """Whether *rows* show no regression that was called fixed, and enough accepted twins; prints how many.

    A patch that does not even repair the failing test is no regression, and makes the corpus wrong.
    """
    trusted, fixed, twins = (
        sum(row[index] == word for row in rows) for index, word in ((2, "yes"), (3, "YES"), (5, "yes"))
    )
    print(f"{fixed} of {len(rows)} regressions were called fixed; a re-run of the failing test accepts {trusted}.")
    print(f"{twins} of {len(rows)} honest twins were accepted ({twins / len(rows):.1%}); the goal is {GOAL:.0%}.")
    return not fixed and trusted == len(rows) and twins >= GOAL * len(rows)


def _rows(chosen: Mapping[str, Regression]) -> Iterator[Row]:
    for _files, group in itertools.groupby(chosen.items(), lambda entry: sorted(entry[1].files.items())):
        cases = dict(group)
        with judging(next(iter(cases.values())).files, PYTEST, repeat=2) as judge:
            for name, case in cases.items():
                found = row(name, case, judge)
                print(": ".join(found), file=sys.stderr, flush=True)
                yield found


def row(name: str, case: Regression, judge: Judge) -> Row:
    """How both patches of *case* fare with *judge*, and how the first fares with a narrow re-run."""
    slip, twin = judge.attempt(case.slip), judge.attempt(case.twin)
    return (
        name,
        case.breaks,
        "yes" if passes_alone(case, case.slip) else "NO",
        "YES" if slip.is_proven else "no",
        caught_by(slip),
        "yes" if twin.is_proven else f"NO: {caught_by(twin)}",
    )


def passes_alone(case: Regression, edits: Edits) -> bool:
    """Whether the failing test of *case*, run by itself, passes with *edits*: what a bot with a narrow re-run asks."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {path: text for path, text in {**case.files, **edits}.items() if text is not None})
        command = (*shlex.split(PYTEST), "-q", "-p", "no:cacheprovider", case.failing)
        return subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=60).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
