"""Measures what is kept of a model's tests: `python -m bench.tests.model DIR [--cosmic PYTHON]`.

The same scripted answers are given to agent-ci and to CoverUp, which is installed below DIR from the package index.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.table import print_table
from bench.tests.functions import FUNCTIONS
from bench.tests.model.peers import Kept, compared
from bench.tests.model.script import SCRIPTS
from bench.tests.objects import OBJECTS

_COLUMNS = ("project", "tool", "calls", "kept", "lines %", "own faults", "cosmic-ray's", "seconds", "CPU s")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.tests.model", description=__doc__)
    parser.add_argument("cache", type=Path, metavar="DIR", help="where CoverUp is installed")
    parser.add_argument("--cosmic", default="", metavar="PYTHON", help="a Python with cosmic-ray")
    parser.add_argument("--only", default="", metavar="WORD", help="projects with WORD in their name")
    parser.add_argument("--show", action="store_true", help="print the tests, too")
    given = parser.parse_args()
    projects = {project.name: project for project in (*FUNCTIONS, *OBJECTS)}
    rows = []
    for script in SCRIPTS:
        if given.only in script.project:
            for kept in compared(projects[script.project], script, given.cache, cosmic_python=given.cosmic):
                print(*_row(kept), sep=" | ", flush=True)
                if given.show:
                    print(kept.score.text)
                rows.append(_row(kept))
    print_table("What is kept of the same answers of a model", _COLUMNS, rows)


def _row(kept: Kept) -> tuple[object, ...]:
    score = kept.score
    shares = (f"{noticed} of {made}" for noticed, made in (score.own, score.cosmic))
    return (
        score.project.name,
        kept.tool,
        kept.calls,
        score.tests,
        score.coverage,
        *shares,
        score.seconds,
        kept.processor,
    )


if __name__ == "__main__":
    main()
