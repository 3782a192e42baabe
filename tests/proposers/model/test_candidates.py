"""Several answers to one question: how they are asked for, what they cost, and which of them are offered."""

from __future__ import annotations

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.change import Patch
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt
from agent_ci.errors import BudgetExhaustedError
from tests.proposers.model.talk import OTHER, RIGHT, WRONG, Talk
from tests.servers.chat import fails, says

PATCH = Patch("", (), "base", "tree")
LARGE = WRONG.replace("+a * b", "+a * b\n+b\n+a")


def test_one_question_is_asked_with_seeds_of_their_own_and_the_smallest_change_comes_first(talk: Talk) -> None:
    talk.server.play(says(LARGE), says(WRONG), says(LARGE.replace("The sum", "Another sum")), says(RIGHT))
    replies = talk.run(candidates=4, budget=Budget(attempts=1))
    bodies = [request.json for request in talk.server.requests]
    assert [(body["seed"], body["temperature"]) for body in bodies] == [(7, 0), (8, 0.8), (9, 0.8), (10, 0.8)]
    assert len({str(body["messages"]) for body in bodies}) == 1
    assert [reply.text for reply in replies] == [WRONG, RIGHT]  # which ends this talk
    assert [(reply.candidate, reply.candidates) for reply in replies] == [(0, 3), (1, 3)]
    assert [(reply.cost.calls, reply.cost.tokens, reply.is_followed) for reply in replies] == [
        (4, 600, True),
        (0, 0, True),
    ]


def test_the_next_question_follows_on_all_of_them_as_on_one_try(talk: Talk) -> None:
    talk.server.play(says(WRONG), says(OTHER), always=says(RIGHT))
    replies = talk.run(candidates=2, budget=Budget(attempts=2))
    assert [reply.text for reply in replies] == [WRONG, OTHER, RIGHT]
    assert [request.text.count("is still red") for request in talk.server.requests] == [0, 0, 2, 2]
    assert ["start anew" in request.text for request in talk.server.requests] == [False] * 4


def test_nothing_more_is_asked_or_offered_once_one_is_proven(talk: Talk) -> None:
    talk.server.play(says(WRONG), says(OTHER), always=says(RIGHT))
    session = talk.model(candidates=2).propose(talk.evidence, (), talk.desk)
    reply = next(session)
    proven = Attempt(reply, patch=PATCH, after=TestReport())
    with pytest.raises(StopIteration):
        session.send(proven)
    assert len(talk.server.requests) == 2


def test_where_the_tokens_do_not_hold_all_of_them_only_one_is_asked(talk: Talk) -> None:
    talk.desk.text = "x" * 8_000  # 2,000 tokens and more with the prompt
    talk.server.play(always=says(RIGHT))
    [reply] = talk.run(candidates=3, budget=Budget(tokens=6_000))
    assert (reply.cost.calls, reply.candidates, len(talk.server.requests)) == (1, 1, 1)


def test_where_the_money_does_not_hold_all_of_them_only_one_is_asked(talk: Talk) -> None:
    talk.desk.text = "x" * 40_000  # 10,000 tokens, which are US$ 0.004
    talk.server.play(always=says(RIGHT))
    [reply] = talk.run(candidates=3, names=("gpt-4.1-mini",), budget=Budget(cost=0.01))
    assert (reply.cost.calls, reply.candidates, len(talk.server.requests)) == (1, 1, 1)


def test_where_not_even_one_can_be_paid_none_is_asked(talk: Talk) -> None:
    talk.desk.text = "x" * 8_000
    with pytest.raises(BudgetExhaustedError, match="raise --max-tokens"):
        talk.run(candidates=3, budget=Budget(tokens=2_000))
    assert talk.server.requests == []


def test_one_that_cannot_be_had_leaves_it_at_those_before_it_and_is_paid_for(talk: Talk) -> None:
    talk.server.play(says(WRONG), fails(400), says(RIGHT))
    first, second = talk.run(candidates=3)
    assert [(one.text, one.cost.calls, one.candidates) for one in (first, second)] == [(WRONG, 2, 1), (RIGHT, 2, 1)]


def test_what_is_of_no_use_is_offered_only_where_all_of_it_is(talk: Talk) -> None:
    talk.server.play(says(""), says(WRONG), says(""), says("NO FIX: no"), always=says(RIGHT))
    replies = talk.run(candidates=2)
    assert [(reply.text, reply.objection) for reply in replies] == [
        (WRONG, ""),
        ("", "the answer was empty"),
        (RIGHT, ""),
    ]
    assert [reply.cost.calls for reply in replies] == [2, 2, 2]
