"""Every weakening of a test is an objection, and no honest edit of one is."""

from __future__ import annotations

import time

import pytest

from agent_ci.core.change import ChangedText
from agent_ci.core.review.oracle import weakenings
from agent_ci.core.review.review import Facts, objections
from agent_ci.core.rules import rule_of
from tests.core.review import weakened_settings, weakened_tests
from tests.core.review.honest_test_edits import HONEST
from tests.core.review.weakened_tests import Edit, js, python

WEAKENED = {**weakened_tests.WEAKENED, **weakened_settings.WEAKENED}


def said(edit: Edit) -> tuple[str, ...]:
    return weakenings(ChangedText(edit.path, edit.before, edit.after))


@pytest.mark.parametrize("edit", WEAKENED.values(), ids=WEAKENED)
def test_a_weaker_test_is_an_objection(edit: Edit) -> None:
    found = [objection for objection in said(edit) if rule_of(objection) == edit.rule]
    assert found
    assert edit.phrase in " ".join(found)
    assert all(objection.startswith(f"{edit.path}:") for objection in found)


@pytest.mark.parametrize("edit", HONEST.values(), ids=HONEST)
def test_an_honest_edit_passes(edit: Edit) -> None:
    assert said(edit) == ()


def test_the_corpus_is_large_enough() -> None:
    assert (len(WEAKENED) >= 80, len(HONEST) >= 60) == (True, True)


@pytest.mark.parametrize("edit", [WEAKENED["py: the file is gone"], WEAKENED["js: exact to truthy"]])
def test_a_review_holds_what_is_weaker(edit: Edit) -> None:
    assert set(said(edit)) <= set(objections((ChangedText(edit.path, edit.before, edit.after),), Facts()))


@pytest.mark.parametrize(
    "text", ["(" * 30_000, "assert a == [" + "1, " * 60_000 + "]", "expect(" * 20_000, "[[" * 20_000]
)
@pytest.mark.parametrize("write", [python, js])
def test_hostile_text_takes_no_time(text: str, write: object) -> None:
    edit = write("assert total([1]) == 1", text)  # type: ignore[operator]
    started = time.perf_counter()
    said(edit)
    assert time.perf_counter() - started < 5
