"""Measures the offline search in other languages: ``python -m bench.search.elsewhere [--kind jest --half tuning]``.

A repair is plausible where the tests of the project pass, and right where checks that the search never sees pass too.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import median

from bench.search.case import TUNING, VALIDATION
from bench.search.elsewhere.measure import Outcome, measure
from bench.search.elsewhere.projects import projects
from bench.selectors.ecosystem import MissingToolError
from bench.table import print_table

_COLUMNS = (
    *("runner", "half", "bugs", "plausible", "right", "commit", "of them right", "suggest", "mention"),
    *("seconds, median", "CPU s, median"),
)


def main() -> None:
    """Print one line for each bug while it is measured, then the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.search.elsewhere", description=__doc__)
    parser.add_argument("--half", choices=("both", TUNING, VALIDATION), default="both", help="[default: both]")
    parser.add_argument("--kind", nargs="*", default=[], help="node, jest, vitest, go, maven  [default: all]")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for each bug  [default: 60]")
    given = parser.parse_args()
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for project in projects():
        if given.half not in ("both", project.bug.half) or (given.kind and project.kind not in given.kind):
            continue
        try:
            outcome = measure(project, seconds=given.seconds)
        except MissingToolError as error:
            print(f"{project.kind} {project.bug.name} is NOT measured: {error}", flush=True)
            continue
        if outcome is None:
            print(f"{project.kind} {project.bug.name} is NOT measured: its tests do not see the bug", flush=True)
            continue
        print(_line(outcome), flush=True)
        for group in (project.kind, "all"):
            groups.setdefault((group, project.bug.half), []).append(outcome)
    rows = [_row(*key, outcomes) for key, outcomes in groups.items()]
    print_table(f"The offline search by the runner, at most {given.seconds:.0f} s each", _COLUMNS, rows)


def _line(outcome: Outcome) -> str:
    said = "right" if outcome.is_right else "plausible" if outcome.is_plausible else "nothing"
    bug = outcome.project.bug
    return (
        f"{outcome.project.kind} {bug.name} ({bug.half}): {said} {outcome.grade}, {outcome.seconds:.0f} s, "
        f"{outcome.cpu:.0f} CPU s; {outcome.note}"
    )


def _row(group: str, half: str, outcomes: Sequence[Outcome]) -> tuple[object, ...]:
    commit = [one for one in outcomes if one.grade == "commit"]
    return (
        group,
        half,
        len(outcomes),
        sum(one.is_plausible for one in outcomes),
        sum(one.is_right for one in outcomes),
        len(commit),
        sum(one.is_right for one in commit),
        sum(one.grade == "suggest" for one in outcomes),
        sum(one.grade == "mention" for one in outcomes),
        round(median(one.seconds for one in outcomes), 1),
        round(median(one.cpu for one in outcomes), 1),
    )


if __name__ == "__main__":
    main()
