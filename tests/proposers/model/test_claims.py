"""What a model says beside its change: in words, or by a schema, which it may break once."""

from __future__ import annotations

import json

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.claims import NO_CLAIMS, SCHEMA, Claims
from tests.proposers.model.talk import RIGHT, WRONG, Talk
from tests.servers.chat import says

FORMED = "gpt-4.1-mini"  # which litellm knows to keep to a schema, and to call tools
CALLER = "gpt-3.5-turbo"  # which it knows to call tools, and to keep to none
WORDS = "\nCONFIDENCE: low\nRISK: sums of text\nTEST: a sum of none\n"
CLAIMS = Claims("low", "sums of text", "a sum of none")
CAUSE, _, CHANGE = RIGHT.partition("\n\n")
ANSWER = {"cause": CAUSE, "change": CHANGE, "confidence": "low", "risk": "sums of text", "test": "a sum of none"}
BLANKS = says('{"cause": "' + "\n" * 500, finish="length", tokens=(100, 8000))


def formats(talk: Talk) -> list[bool]:
    """Whether each request held the model to the schema."""
    return ["response_format" in request.json for request in talk.server.requests]


def test_what_is_said_in_words_is_read_apart_from_the_change(talk: Talk) -> None:
    talk.server.play(says(RIGHT + WORDS))
    [reply] = talk.run()
    assert (reply.text, reply.cause, reply.claims) == (RIGHT, "The sum is off.", CLAIMS)
    assert reply.doubts == ("the model itself is not sure of this change",)
    assert "CONFIDENCE: low" in talk.said()  # the journal has the whole answer
    assert formats(talk) == [False]


def test_an_answer_without_any_of_it_is_an_answer(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    [reply] = talk.run()
    assert (reply.text, reply.claims, reply.doubts, reply.note) == (RIGHT, NO_CLAIMS, (), "")


def test_prompts_that_ask_for_no_claims_get_none(talk: Talk) -> None:
    talk.server.play(says(RIGHT + WORDS))
    [reply] = talk.run(system="system-tests.v1", names=(FORMED,), most=1)
    assert (reply.text, reply.claims, formats(talk)) == (RIGHT + WORDS, NO_CLAIMS, [False])


def test_a_model_that_keeps_to_a_schema_is_held_to_it_and_says_the_same(talk: Talk) -> None:
    talk.server.play(says(json.dumps(ANSWER)))
    [reply] = talk.run(names=(FORMED,))
    assert (reply.text, reply.cause, reply.claims, reply.note) == (RIGHT, "The sum is off.", CLAIMS, "")
    form = talk.server.requests[0].json["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(SCHEMA), "strict": True}}
    [kept] = [facts["text"] for name, facts in talk.ledger.events if name == "model.reply"]
    assert kept == RIGHT + WORDS


def test_no_question_holds_both_a_schema_and_tools(talk: Talk) -> None:
    talk.server.play(says(RIGHT), says(RIGHT), says(json.dumps(ANSWER)))
    talk.run(names=(FORMED,), turns=1)
    talk.run(names=(CALLER,), turns=0)
    talk.run(names=(FORMED,), turns=0)
    tools = ["tools" in request.json for request in talk.server.requests]
    assert (tools, formats(talk)) == ([True, False, False], [False, False, True])


@pytest.mark.parametrize(
    ("broken", "why"),
    [(BLANKS, "was cut at its length limit"), (says(" \n" * 99), "broke it"), (says('{"cause": "x"}'), "broke it")],
    ids=["blanks to the limit", "nothing but blanks", "without the change"],
)
def test_a_schema_that_is_broken_is_left_out_once_for_all_and_that_is_told(
    talk: Talk, broken: object, why: str
) -> None:
    talk.server.play(broken, says(WRONG), says(RIGHT + WORDS))  # type: ignore[arg-type]
    first, second = talk.run(names=(FORMED,))
    assert (first.text, first.objection, first.cost.calls) == (WRONG, "", 2)
    assert f"answered by a schema, and the answer {why}; it was asked once more without one" in first.note
    assert (second.text, second.claims, second.note) == (RIGHT, CLAIMS, "")
    assert formats(talk) == [True, False, False]
    assert talk.ledger.count("model.unformed") == 1
    asked = [request.json["messages"] for request in talk.server.requests]
    assert asked[0] == asked[1]


def test_it_is_not_asked_again_where_the_tokens_are_used_up(talk: Talk) -> None:
    talk.server.play(BLANKS, says(RIGHT))
    [reply] = talk.run(names=(FORMED,), budget=Budget(attempts=1, tokens=8_300))
    assert (len(talk.server.requests), reply.cost.completion_tokens) == (1, 8000)
    assert "cut at its length limit" in reply.objection


def test_an_answer_by_the_schema_with_blanks_behind_it_is_whole(talk: Talk) -> None:
    talk.server.play(says(json.dumps(ANSWER) + "\n" * 500, finish="length"))
    [reply] = talk.run(names=(FORMED,))
    assert (reply.text, reply.claims, reply.cost.calls) == (RIGHT, CLAIMS, 1)


def test_an_endpoint_that_keeps_no_model_to_the_schema_is_heard_all_the_same(talk: Talk) -> None:
    talk.server.play(says(RIGHT[:60], finish="length"), says(RIGHT[60:] + WORDS))
    [reply] = talk.run(names=(FORMED,))
    assert (reply.text, reply.claims, reply.cost.calls, reply.note) == (RIGHT, CLAIMS, 2, "")


def test_a_refusal_and_a_change_to_look_at_more_are_understood_within_the_form(talk: Talk) -> None:
    talk.server.play(says(json.dumps({**ANSWER, "change": "NO FIX: the test is wrong"})), says(None, refusal="no"))
    first, second = talk.run(names=(FORMED,))
    assert first.objection == "the model sees no fix: the test is wrong"
    assert (second.objection, len(talk.server.requests)) == ("the model refused: no", 2)
