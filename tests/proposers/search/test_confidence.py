"""How far a survivor is trusted: one score, its reasons, and what it is good for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.run import Cost, Reply
from agent_ci.proposers.search.answers import Survivor
from agent_ci.proposers.search.confidence import Grade, confidence
from agent_ci.proposers.search.proposer import offered
from agent_ci.sandbox_kit.source import Splice
from tests.trees import Files

SURE = Survivor("x.py", Splice(23, 25, "<"), "comparison", 2, tests=5, refused=30)

GRADES = {
    "a usual edit that many tests know": (SURE, Grade.COMMIT),
    "two tests": (replace(SURE, tests=2), Grade.COMMIT),
    "one test alone": (replace(SURE, tests=1), Grade.SUGGEST),
    "one test that is known, in another language": (replace(SURE, path="x.go", tests=1), Grade.COMMIT),
    "another program that passes as well": (replace(SURE, rivals=1), Grade.SUGGEST),
    "another edit of the expression that no call tells from it": (replace(SURE, untold=1), Grade.SUGGEST),
    "a branch that no test runs any longer": (replace(SURE, lost=2), Grade.SUGGEST),
    "a case that the code did not treat": (replace(SURE, operator="none_guard"), Grade.SUGGEST),
    "two places": (replace(SURE, operator="pair"), Grade.SUGGEST),
    "a number that pleases one test": (replace(SURE, operator="guided_number", tests=1), Grade.SUGGEST),
    "a statement left out": (replace(SURE, operator="removed_statement"), Grade.SUGGEST),
    "a part of the change taken back": (replace(SURE, operator="earlier_lines", tests=1), Grade.SUGGEST),
    "a text of the test": (replace(SURE, operator="guided_text", is_copied=True), Grade.SUGGEST),
    "a text with a word more": (replace(SURE, operator="guided_text", splice=Splice(23, 25, "'a word'")), Grade.COMMIT),
    "a text that grows by an answer": (
        replace(SURE, operator="guided_text", splice=Splice(23, 26, "'<!--<!endif]--><td>'" * 2)),
        Grade.SUGGEST,
    ),
    "a text of the only test, in a guard": (replace(SURE, operator="guard", is_copied=True, tests=0), Grade.MENTION),
    "a number that pleases, known to many": (replace(SURE, operator="number", tests=9), Grade.SUGGEST),
}


@pytest.mark.parametrize(("survivor", "grade"), GRADES.values(), ids=GRADES.keys())
def test_what_speaks_against_an_edit_decides_what_it_is_good_for(survivor: Survivor, grade: Grade) -> None:
    assert confidence(survivor).grade is grade


def test_a_full_score_has_no_reasons_against_it() -> None:
    assert confidence(SURE).score == 1.0
    assert confidence(SURE).reasons == ()
    assert confidence(SURE).summary == "confidence 1.00: commit"


def test_each_factor_has_its_sentence() -> None:
    doubtful = replace(SURE, operator="number", is_copied=True, tests=1, refused=3)
    assert len(confidence(doubtful).reasons) == 4
    assert all(reason[0].islower() and not reason.endswith(".") for reason in confidence(doubtful).reasons)


def reply_about(survivor: Survivor) -> Reply:
    tree = Files({"x.py": "def f(a, b):\n    if a >= b:\n        return a\n"})
    return offered(survivor, "tried 7 candidates", tree, Cost())


def test_only_an_edit_that_is_sure_is_offered_without_a_doubt() -> None:
    assert reply_about(SURE).doubts == ()
    assert "not sure of its edit (confidence 0.55: suggest)" in reply_about(replace(SURE, operator="pair")).doubts[0]


def test_an_edit_that_is_not_believed_is_told_of_and_never_applied() -> None:
    hardly = reply_about(replace(SURE, operator="guard", is_copied=True, tests=0))
    assert "does not believe in that edit (confidence 0.09: mention)" in hardly.objection
