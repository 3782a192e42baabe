"""Knows how the results are shown: a table for people, a document for programs, and totals that hide nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from bench.real.judge import PLAUSIBLE, SAME, Size
from bench.real.measure import Result
from bench.real.prepare import Checked
from bench.table import machine

PACKAGES = ("agent-ci",)
CHECK_HEADER = ("case", "package", "releases", "red", "green after", "human fix", "check")
HEADER = (
    *("case", "package", "outcome", "seconds", "candidates", "patch", "human fix", "test file", "broken elsewhere"),
    *("verified", "good for", "class"),
)


def row(result: Result) -> tuple[str, ...]:
    """One line of the table of results."""
    return (
        result.case,
        result.package,
        result.outcome,
        "" if result.seconds is None else f"{result.seconds:.1f}",
        "" if result.candidates is None else f"{result.candidates}",
        _size(result.patch),
        _size(result.human),
        {None: "", True: "passes", False: "FAILS"}[result.file_passes],
        f"{len(result.broken)}" if result.patch else "",
        {None: "", True: "yes", False: "NO"}[result.verified],
        result.grade,
        result.kind,
    )


def check_row(id_: str, package: str, releases: str, checked: Checked) -> tuple[str, ...]:
    """One line of the table of checks."""
    said = "NOT as expected" if checked.objections else "as expected"
    return (id_, package, releases, f"{len(checked.red)}", f"{checked.green}", str(checked.human), said)


def totals(results: Sequence[Result]) -> str:
    """How many of the measured cases were fixed, in which way, and how many were not measured."""
    measured = [result for result in results if result.is_measured]
    kinds = Counter(result.kind for result in measured)
    fixed = kinds[SAME] + kinds[PLAUSIBLE]
    committed = sum(1 for result in measured if result.grade == "commit")
    harmful = sum(1 for result in measured if result.broken or result.file_passes is False)
    return (
        f"{fixed} of {len(measured)} fixed ({kinds[SAME]} the same as the human fix, {kinds[PLAUSIBLE]} plausible; "
        f"{harmful} of them break a test, {committed} without a doubt), {len(measured) - fixed} beyond the proposer, "
        f"{len(results) - len(measured)} not measured"
    )


def document(results: Sequence[Result]) -> dict[str, object]:
    """The results as JSON-like values."""
    return {
        "schema": "agent-ci/bench-real/v1",
        "machine": machine(PACKAGES),
        "totals": totals(results),
        "cases": [asdict(result) for result in results],
    }


def _size(size: Size | None) -> str:
    return "" if size is None else str(size)
