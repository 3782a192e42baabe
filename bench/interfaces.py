"""Measures what comparing interfaces finds between the releases of projects, and how long it takes.

`python -m bench.interfaces --checkout DIR...`; a checkout needs its whole history and its tags. A patch release is not
supposed to break anything: what is found there is mostly noise.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from agent_ci.core.notes.breaks import grouped
from agent_ci.core.notes.proposal import step_between
from agent_ci.core.notes.schemes import Step
from agent_ci.interfaces import compared
from bench.table import print_table
from bench.versions import steps


@dataclass(frozen=True, slots=True)
class Found:
    """One release: what its name says of it, how many hard and soft lines were found, and in how many seconds."""

    step: Step
    hard: int
    soft: int
    is_skipped: bool
    seconds: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.interfaces", description=__doc__)
    parser.add_argument("--checkout", type=Path, nargs="+", required=True, metavar="DIR", help="a project's history")
    parser.add_argument("--releases", type=int, default=12, help="how many releases of each  [default: 12]")
    given = parser.parse_args()
    rows = [_row(checkout.name, measured(checkout, given.releases)) for checkout in given.checkout]
    columns = ("project", "releases", "patches", "of these clean", "others", "with hard lines", "most lines", "skipped")
    print_table("Interfaces", (*columns, "median s", "longest s"), rows, packages=("griffelib",))


def measured(checkout: Path, most: int) -> list[Found]:
    """The last *most* releases of *checkout*."""
    found = []
    for before, after in steps(checkout, most):
        began = time.monotonic()
        result = compared(checkout / ".git", f"{before.tag}^{{commit}}", f"{after.tag}^{{commit}}")
        seconds = time.monotonic() - began
        lines = grouped(result.breaks)
        hard = sum(line.is_hard for line in lines)
        found.append(Found(step_between(before, after), hard, len(lines) - hard, bool(result.skipped), seconds))
    return found


def _row(name: str, found: list[Found]) -> tuple[object, ...]:
    patches = [one for one in found if one.step is Step.PATCH]
    others = [one for one in found if one.step is not Step.PATCH]
    return (
        name,
        len(found),
        len(patches),
        sum(not one.hard for one in patches),
        len(others),
        sum(bool(one.hard) for one in others),
        max((one.hard + one.soft for one in found), default=0),
        sum(one.is_skipped for one in found),
        median([one.seconds for one in found] or [0.0]),
        max((one.seconds for one in found), default=0.0),
    )


if __name__ == "__main__":
    main()
