from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.note import Note
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import TestReport
from agent_ci.core.run import Finding, Suspect
from agent_ci.core.views.check import check_run
from tests.core.views import runs

GREEN = {Outcome.FIXED, Outcome.DELIVERED, Outcome.NOTHING_TO_DO}
NEITHER = {Outcome.EXPLAINED, Outcome.FLAKY, Outcome.BASE_RED, Outcome.CANNOT_REPRODUCE, Outcome.STALE}
NOTHING_RED = replace(runs.EVIDENCE, targets=(), before=TestReport())


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_run_that_left_nothing_to_do_is_a_success(outcome: Outcome) -> None:
    expected = "success" if outcome in GREEN else "neutral" if outcome in NEITHER else "failure"
    wanted = "cancelled" if outcome is Outcome.CANCELLED else expected
    assert check_run(runs.document(replace(runs.FIXED, outcome=outcome))).conclusion == wanted


def test_failing_lines_findings_and_suspects_are_noted_where_they_stand() -> None:
    said = "assert -1 == 3\n +  where -1 = add(1, 2)"
    assert check_run(runs.document(runs.FAILED)).notes == (
        Note("tests/test_calc.py", 5, 5, "failure", "tests/test_calc.py::test_add", said),
        Note("calc.py", 2, 2, "warning", "F841", "unused name"),
        Note("calc.py", 1, 1, "notice", "Look here: add", "the failing test calls it"),
    )


def test_a_flaky_test_is_a_warning() -> None:
    flaky = check_run(runs.document(replace(runs.FAILED, outcome=Outcome.FLAKY)))
    assert flaky.notes[0].level == "warning"


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x.py", "a/../b.py", "C:/x.py", "a//b.py", "a\\..\\b"])
def test_a_place_that_is_none_of_the_repository_is_not_noted(path: str) -> None:
    evidence = replace(NOTHING_RED, suspects=(Suspect(path, 1),), findings=(Finding(path, 1, "x"),))
    assert check_run(runs.document(replace(runs.FAILED, evidence=evidence))).notes == ()


@pytest.mark.parametrize("line", [None, 0, -3])
def test_a_place_without_a_line_is_not_noted(line: int | None) -> None:
    evidence = replace(NOTHING_RED, suspects=(), findings=(Finding("a.py", line, "x"),))
    assert check_run(runs.document(replace(runs.FAILED, evidence=evidence))).notes == ()


def test_the_title_and_the_summary_tell_the_verdict() -> None:
    check = check_run(runs.document(), runs.MAIL)
    assert check.title == "Fixed: a change was proven"
    assert check.summary.startswith("## Fixed: a change was proven\n")
    assert "+    return a + b" in check.summary
