"""Measures the tests that are written offline: `python -m bench.tests [--real DIR] [--cosmic PYTHON] [--pynguin BIN]`.

The projects of ours always, modules of published packages with --real (fetched into DIR). --cosmic is a Python that
has cosmic-ray, whose faults the search never sees; --pynguin the program to compare with, 60 seconds a module;
--elsewhere another Python of this machine, for a container in which the same bytes are to be written; --interpreter
another one that runs the code under test, as one of an emulated processor does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from agent_ci.proposers.characterise.proposer import Characterise
from bench.table import print_table
from bench.tests.elsewhere import container
from bench.tests.functions import FUNCTIONS
from bench.tests.measure import Score, score
from bench.tests.objects import OBJECTS
from bench.tests.project import Project
from bench.tests.pull import Pull, Verdict, verdict
from bench.tests.pulls import FIRST
from bench.tests.pulls_held_out import HELD_OUT
from bench.tests.pynguin import pynguin
from bench.tests.real import SOURCES, fetched
from bench.tests.seeds import again, differing
from bench.tests.workbench import reply_of, text_of

_PATIENCE = 300.0  # seconds of processor time that a search has

_COLUMNS = ("project", "tests", "lines %", "own faults %", "cosmic-ray's %", "seconds", "red of repeats", "bugs told")

_PULL_COLUMNS = ("pull request", "kind", "tests", "pass after", "fail before", "of these in a test", "seconds")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.tests", description=__doc__)
    parser.add_argument("--real", type=Path, metavar="DIR", help="fetch modules of packages, and measure those as well")
    parser.add_argument("--cosmic", default="", metavar="PYTHON", help="a Python with cosmic-ray")
    parser.add_argument("--pynguin", default="", metavar="BIN", help="the program pynguin")
    parser.add_argument("--repeats", type=int, default=20, help="further runs of what is written  [default: 20]")
    parser.add_argument("--hash-seeds", type=int, default=0, metavar="N", help="only compare what N processes write")
    parser.add_argument("--elsewhere", default="", metavar="PYTHON", help="only compare with a container that has it")
    parser.add_argument("--interpreter", default="", metavar="PYTHON", help="only compare with what that finds")
    parser.add_argument("--only", default="", metavar="WORD", help="projects with WORD in their name")
    parser.add_argument("--show", action="store_true", help="print the tests, too")
    parser.add_argument("--pull-requests", action="store_true", help="only write tests for small pull requests of ours")
    given = parser.parse_args()
    if given.pull_requests:
        _judge_pulls([pull for pull in (*FIRST, *HELD_OUT) if given.only in pull.name], is_shown=given.show)
        return
    projects = [*FUNCTIONS, *OBJECTS]
    if given.real:
        projects += [fetched(source, given.real) for source in SOURCES]
    chosen = [project for project in projects if given.only in project.name]
    if given.hash_seeds:
        _compare(chosen, given.hash_seeds)
        return
    if given.interpreter:
        _compare_interpreters(chosen, given.interpreter)
        return
    if given.elsewhere:
        _compare_elsewhere(chosen, given.elsewhere)
        return
    scores = []
    for project in chosen:
        one = score(project, cosmic_python=given.cosmic, repeats=given.repeats)
        print(" | ".join(map(str, _row(one))), flush=True)
        if given.show:
            print(one.text)
        scores.append(one)
    _print(scores, given.repeats)
    if given.pynguin:
        rivals = [pynguin(project, given.pynguin, cosmic_python=given.cosmic) for project in chosen]
        if given.show:
            print(*(one.text for one in rivals), sep="\n")
        print_table("The same, by Pynguin", _COLUMNS, [_row(one) for one in rivals])


def _judge_pulls(pulls: Sequence[Pull], *, is_shown: bool) -> None:
    """Print what was written for each of *pulls*, and how many got a test that fails before and passes after."""
    found = []
    for pull in pulls:
        one = verdict(pull)
        print(" | ".join(map(str, _pull_row(one))), flush=True)
        if is_shown:
            print(one.text or one.why)
        found.append(one)
    print_table("Tests of pull requests, each run before and after", _PULL_COLUMNS, map(_pull_row, found))
    for name, members in (("all", found), ("held out", [one for one in found if one.pull in HELD_OUT])):
        print(f"{name}: {_shared(members)}")


def _shared(verdicts: Sequence[Verdict]) -> str:
    changed = [one for one in verdicts if one.pull.changes]
    told = sum(bool(one.telling) for one in changed)
    others = [one for one in verdicts if not one.pull.changes]
    return (
        f"{told} of {len(verdicts)} ({100 * told / max(1, len(verdicts)):.0f} %) got a test that fails before and "
        f"passes after; {len(changed)} of them change behaviour; of the other {len(others)}, "
        f"{sum(bool(one.telling) for one in others)} got a test that fails before"
    )


def _pull_row(one: Verdict) -> tuple[object, ...]:
    kind = one.pull.kind + " (held out)" * (one.pull in HELD_OUT)
    return (one.pull.name, kind, one.tests, one.passing, one.telling, one.asserting, round(one.seconds, 1))


def _compare(projects: Sequence[Project], seeds: int) -> None:
    rows = [(project.name, seeds, differing(project, seeds)) for project in projects]
    print_table("Tests written under other hash seeds", ("project", "processes", "other bytes"), rows)


def _compare_interpreters(projects: Sequence[Project], python: str) -> None:
    patient = Characterise(seconds=_PATIENCE)  # work is bounded by counts, and an emulated processor is slow
    for project in projects:
        here, there = (text_of(reply_of(project, patient, python=one)) for one in (sys.executable, python))
        _tell(project, here, there)


def _compare_elsewhere(projects: Sequence[Project], python: str) -> None:
    with container(python) as other:
        for project in projects:
            _tell(project, again(project, 1), other.written(project))


def _tell(project: Project, here: str, there: str) -> None:
    print(f"{project.name} | {len(here)} bytes | {'the same' if here == there else 'OTHER'} there", flush=True)


def _print(scores: Sequence[Score], repeats: int) -> None:
    groups: dict[str, list[Score]] = {}
    for one in scores:
        groups.setdefault(_group(one.project), []).append(one)
    rows = [_row(one) for one in scores]
    for name, members in groups.items():
        told = [_row(one) for one in members if one.project.is_testable]
        if told:
            medians = (round(median(float(str(row[at])) for row in told), 1) for at in range(1, 6))
            rows.append((f"median: {name}", *medians, "", ""))
    print_table(f"Tests written offline, {repeats} further runs each", _COLUMNS, rows)


def _group(project: Project) -> str:
    return "ours" if project.kind == "made" else "published, held out" if project.is_held_out else "published"


def _row(one: Score) -> tuple[object, ...]:
    return (
        one.project.name,
        one.tests,
        round(one.coverage, 1),
        _share(one.own),
        _share(one.cosmic),
        round(one.seconds, 1),
        one.failures,
        one.bugs,
    )


def _share(faults: tuple[int, int]) -> float:
    noticed, made = faults
    return round(100 * noticed / made, 1) if made else 0.0


if __name__ == "__main__":
    main()
