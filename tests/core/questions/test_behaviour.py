"""How a change fails is told apart by tests, messages and places, and said in few words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.questions.again import again, rung
from agent_ci.core.questions.behaviour import behaviour, difference, repeated
from agent_ci.core.questions.context import Allowance
from agent_ci.core.questions.tried import ideas, told
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import MODEL, Attempt, Evidence, Reply

TRACE = "    def test_add():\n>       assert add(1, 2) == 3\nE       assert {} == 3\n\ntest_calc.py:5: AssertionError"
RED = TestCase("t.py::test_add", Status.FAILED, "assert -1 == 3", TRACE.format(-1))
OTHER = TestCase("t.py::test_sum", Status.FAILED, "ValueError: no sum at 0x7f01ab of /tmp/x1/repository")
EVIDENCE = Evidence("fix", "red", targets=(RED, OTHER))
GREEN = replace(RED, status=Status.PASSED, message="", traceback="")


def says(value: int) -> TestCase:
    return replace(RED, message=f"assert {value} == 3", traceback=TRACE.format(value))


def tried(*cases: TestCase, text: str = "x", by: str = MODEL, group: str = "") -> Attempt:
    seen = TestReport.of(*cases) if cases else None
    return Attempt(Reply(by, text), objections=("t.py::test_add is still red",), targets_after=seen, group=group)


SAME = {
    "addresses and folders differ": replace(OTHER, message="ValueError: no sum at 0x9902cd of /var/y2/repository"),
    "seconds differ": replace(OTHER, seconds=3.0),
}
NOT_THE_SAME = {
    "a value": replace(OTHER, message=OTHER.message.replace("no sum", "no 2 sums")),
    "the status": replace(OTHER, status=Status.ERRORED),
    "the function in which it was raised": replace(
        OTHER, traceback='  File "calc.py", line 3, in add\n    raise\nE   ' + OTHER.message
    ),
    "it passes": replace(OTHER, status=Status.PASSED),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_what_differs_from_run_to_run_makes_no_other_failure(other: TestCase) -> None:
    assert repeated([tried(RED, OTHER), tried(RED, other)]) == {1: 0}


@pytest.mark.parametrize("other", NOT_THE_SAME.values(), ids=NOT_THE_SAME)
def test_what_a_test_says_where_and_how_makes_another_failure(other: TestCase) -> None:
    assert repeated([tried(RED, OTHER), tried(RED, other)]) == {}


def test_a_failure_that_says_nothing_is_like_no_other() -> None:
    silent = replace(OTHER, message="", traceback="")
    assert behaviour([RED, silent]) == behaviour([GREEN]) == frozenset()
    assert repeated([tried(RED, silent), tried(RED, silent), tried(), tried()]) == {}


def test_the_same_failure_of_another_root_cause_is_no_repetition() -> None:
    assert repeated([tried(RED), tried(RED, group="a"), tried(RED, group="a")]) == {2: 1}


DIFFERENCES = {
    "nothing is known": (tried(), ""),
    "nothing changed": (tried(RED, OTHER), "With it the tests fail exactly as they did without it."),
    "one is green": (tried(GREEN, OTHER), "These pass with it: t.py::test_add."),
    "a value changed": (tried(says(2), OTHER), "t.py::test_add says `assert 2 == 3` instead of `assert -1 == 3`."),
    "both": (
        tried(GREEN, replace(OTHER, message="KeyError: 'a\u202eb'")),
        (
            "These pass with it: t.py::test_add.\n"
            "t.py::test_sum says `KeyError: 'ab'` instead of `ValueError: no sum at <address> of <path>`."
        ),
    ),
    "far behind the start of a long message": (
        tried(says(2), replace(OTHER, message=f"{'x' * 500}1{'y' * 500}")),
        (
            "t.py::test_add says `assert 2 == 3` instead of `assert -1 == 3`.\n"
            f"t.py::test_sum says `{'x' * 80}` instead of `ValueError: no sum at <address> of <path>`."
        ),
    ),
}


@pytest.mark.parametrize(("attempt", "said"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_the_difference_to_the_failure_before_is_told_in_few_words(attempt: Attempt, said: str) -> None:
    assert difference(EVIDENCE, attempt) == said


def test_of_long_messages_the_place_is_shown_where_they_part_and_of_many_tests_three() -> None:
    before = [replace(OTHER, id=f"t.py::{n}", message=f"{'x' * 500}1{'y' * 500}") for n in range(9)]
    after = [replace(case, message=case.message.replace("1", "2")) for case in before]
    lines = difference(Evidence("fix", "red", targets=tuple(before)), tried(*after)).split("\n")
    shown = [f"`{'x' * 20}{n}{'y' * 59}`" for n in (2, 1)]
    assert lines == [f"t.py::{n} says {shown[0]} instead of {shown[1]}." for n in range(3)]
    green = [replace(case, status=Status.PASSED) for case in before]
    said = difference(Evidence("fix", "red", targets=tuple(before)), tried(*green))
    assert said == "These pass with it: t.py::0, t.py::1, t.py::2 and 6 more."


def test_an_attempt_that_failed_as_another_did_is_told_with_its_number() -> None:
    attempts = (tried(says(2), by="search"), tried(says(4)), tried(says(2)))
    ends = [text.rpartition("still red\n")[2] for _, text in told(attempts, EVIDENCE)]
    assert ends == [
        "t.py::test_add says `assert 2 == 3` instead of `assert -1 == 3`.",
        "t.py::test_add says `assert 4 == 3` instead of `assert -1 == 3`.",
        "It fails in exactly the way that attempt 1 did.",
    ]


def test_in_a_line_each_the_repetition_is_told_as_well_and_no_line_stands_twice() -> None:
    causes = ("a", "b", "b")
    attempts = tuple(replace(tried(RED), reply=Reply(MODEL, "x", cause=cause)) for cause in causes)
    [(_, text)] = ideas(attempts)
    why = "refused: t.py::test_add is still red"
    assert text.split("\n") == [
        f"- no change: a | {why}",
        f"- no change: b | {why} | it fails in exactly the way that one above does",
    ]


def test_a_repetition_of_a_model_leads_one_rung_further_and_one_of_others_none() -> None:
    attempts = [tried(RED, by="search"), tried(RED, by="search"), tried(says(2)), tried(says(4)), tried(says(2))]
    assert [rung(attempts[:count], "") for count in range(6)] == [0, 0, 0, 1, 2, 4]
    assert rung(attempts, "another") == 0
    assert (again(4).is_fresh, again(2).note, again(1).allowance) == (True, "hypotheses.v1", Allowance().wider(1))


def test_several_answers_to_one_question_are_one_try_and_no_repetition_of_each_other() -> None:
    first = tried(RED)
    others = [replace(first, reply=replace(first.reply, candidate=number, candidates=3)) for number in (1, 2)]
    assert rung([first, *others], "") == 1
