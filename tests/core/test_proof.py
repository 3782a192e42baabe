from __future__ import annotations

import pytest

from agent_ci.core.proof import is_within, unproven
from agent_ci.core.report import Status, Tally, TestCase, TestReport

TWO = "a names 2 cases that ran before the change, and 1 that pass after it"
P, F, E, S = Status.PASSED, Status.FAILED, Status.ERRORED, Status.SKIPPED


def report(*cases: tuple[str, Status], partial: tuple[str, ...] = ()) -> TestReport:
    return TestReport.of(*(TestCase(id_, status) for id_, status in cases), partial=partial)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (report(("a", F), ("b", P)), report(("a", P), ("b", P))),
        (report(("a", E)), report(("a", P))),
        (report(("a", F), ("s", S)), report(("a", P), ("s", S))),
        (report(("a", F), ("s", S)), report(("a", P), ("s", P))),
        (report(("a", F), ("s", S)), report(("a", P))),
        (report(("a", F)), report(("a", P), ("new", P))),
        (report(("t.py", E)), report(("t.py::x", P), ("t.py::y", P))),
    ],
    ids=["fixed", "error-fixed", "skipped-before", "skip-lifted", "skip-gone", "one-more", "file-collects-again"],
)
def test_these_are_proofs(before: TestReport, after: TestReport) -> None:
    assert unproven(before, after) == ()


@pytest.mark.parametrize(
    ("before", "after", "objection"),
    [
        (report(("a", F)), report(("a", F)), "a is still red"),
        (report(("a", F)), report(), "a ran before the change and is missing after it"),
        (report(("a", F)), report(("a", S)), "a ran before the change and is skipped after it"),
        (report(("a", F), ("b", P)), report(("a", P)), "b ran before the change and is missing after it"),
        (report(("a", F), ("b", P)), report(("a", P), ("b", S)), "b ran before the change and is skipped after it"),
        (report(("a", F), ("b", P)), report(("a", P), ("b", E)), "b passed before the change and errored after it"),
        (report(("a", F)), report(("a", P), ("n", F)), "n did not run before the change and failed after it"),
        (report(("a", F), ("s", S)), report(("a", P), ("s", F)), "s did not run before the change and failed after it"),
        (report(("a", F), ("a", P)), report(("a", P)), TWO),
        (report(("a", F), ("a", P)), report(("a", P), ("a", S)), TWO),
        (report(("a", F)), report(("a", P), partial=("cut",)), "the report after the change is partial: cut"),
        (report(("a", F)), TestReport(tally=Tally(passed=1)), "the report after the change does not hold every case"),
        (TestReport(tally=Tally(failed=1)), report(("a", P)), "the report before the change does not hold every case"),
        (report(("t.py", E)), report(), "t.py ran before the change and is missing after it"),
        (report(("t.py", P)), report(("t.py::x", P)), "t.py ran before the change and is missing after it"),
        (report(("t.py", E)), report(("t.py::x", F)), "t.py::x did not run before the change and failed after it"),
    ],
)  # fmt: skip
def test_these_are_not(before: TestReport, after: TestReport, objection: str) -> None:
    assert objection in unproven(before, after)


def test_a_case_that_is_no_part_of_the_repair_may_stay_red_but_not_vanish() -> None:
    before, tolerated = report(("a", F), ("old", F)), frozenset({"old"})
    assert unproven(before, report(("a", P), ("old", F)), tolerated=tolerated) == ()
    assert unproven(before, report(("a", P), ("old", P)), tolerated=tolerated) == ()
    assert unproven(before, report(("a", P)), tolerated=tolerated) != ()
    assert unproven(before, report(("a", P), ("old", S)), tolerated=tolerated) != ()


@pytest.mark.parametrize(
    ("id_", "container", "expected"),
    [
        ("t.py::x", "t.py", True),
        ("t.py::C::x", "t.py::C", True),
        ("t.py::x[1]", "t.py::x", True),
        ("t.py::x", "t.py::x", True),
        ("t.py::xy", "t.py::x", False),
        ("t.pyx::x", "t.py", False),
    ],
)
def test_what_is_within_what(id_: str, container: str, *, expected: bool) -> None:
    assert is_within(id_, container) is expected
