"""What a provider keeps of a question: it is marked only where that can pay, counted, and paid for at its own price."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent_ci.core.run import Cost
from tests.proposers.model.talk import RIGHT, Talk, raw
from tests.servers.chat import Step, completion
from tests.trees import Files

CLAUDE = "anthropic/claude-sonnet-4-5"
LOOKS = [f"LOOK read calc.py:{number}-9" for number in (1, 2, 3)]
LONG = "Repair it. " * 400


def said(text: str, *, asked: int = 1000, kept: int = 0, made: int = 0) -> Step:
    """An answer in Anthropic's format, with the tokens that were new, read out of what was kept, and kept anew."""
    usage = {
        "input_tokens": asked,
        "output_tokens": 100,
        "cache_read_input_tokens": kept,
        "cache_creation_input_tokens": made,
    }
    content = [{"type": "text", "text": text}]
    named = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    return raw({**named, "content": content, "stop_reason": "end_turn", "usage": usage})


def chat(text: str, *, kept: int, prompt: int = 10_000) -> Step:
    """An answer in OpenAI's format, of whose *prompt* tokens so many were *kept*."""
    body = completion(text, tokens=(prompt, 1000))
    body["usage"]["prompt_tokens_details"] = {"cached_tokens": kept}
    return raw(body)


def marked(talk: Talk) -> list[str]:
    """The text before the mark in each request, empty where there is none."""
    return [_before_the_mark(request.json) for request in talk.server.requests]


def _before_the_mark(body: dict[str, Any]) -> str:
    blocks = [block for message in body["messages"] for block in message["content"] if isinstance(block, dict)]
    return "".join(block["text"] for block in blocks if "cache_control" in block)


def run(talk: Talk, text: str, *, turns: int, name: str = CLAUDE, looks: int = 3) -> None:
    talk.desk.files = Files({"calc.py": "a = 1\n" * 9})
    talk.desk.text = text
    talk.server.play(*map(said, LOOKS[:looks]), said(RIGHT))
    [reply] = talk.run(names=(name,), turns=turns)
    assert (reply.text, reply.cost.calls) == (RIGHT, looks + 1)


def test_what_a_third_call_may_find_is_marked_from_the_second_on_and_not_before(talk: Talk) -> None:
    run(talk, LONG, turns=3)
    assert marked(talk) == ["", f"{LONG}", f"{LONG}", ""]
    assert "cache_control" not in talk.server.requests[0].text
    whole = [
        "".join(block["text"] for block in request.json["messages"][0]["content"]) for request in talk.server.requests
    ]
    assert [text.startswith(LONG) for text in whole] == [True] * 4
    assert len(whole[0]) < len(whole[1])


def test_nothing_is_marked_that_no_call_would_find(talk: Talk) -> None:
    run(talk, LONG, turns=2, looks=2)
    assert marked(talk) == [""] * 3


def test_nothing_is_marked_that_is_too_short_to_be_kept(talk: Talk) -> None:
    run(talk, "Repair it.", turns=3)
    assert marked(talk) == [""] * 4


def test_no_other_model_is_sent_marks(talk: Talk) -> None:
    talk.desk.files, talk.desk.text = Files({"calc.py": "a = 1\n" * 9}), LONG
    talk.server.play(*(chat(text, kept=0) for text in (*LOOKS, RIGHT)))
    talk.run(names=("gpt-4.1-mini",), turns=3)
    assert [type(request.json["messages"][1]["content"]) for request in talk.server.requests] == [str] * 4


# US$ per token, by litellm's table: gpt-4.1-mini 0.4e-6, kept 0.1e-6, answer 1.6e-6; gpt-3.5-turbo 0.5e-6 and 1.5e-6
PRICES = {
    "some were kept": ("gpt-4.1-mini", 8_000, 2_000 * 0.4e-6 + 8_000 * 0.1e-6 + 1_000 * 1.6e-6, 8_000),
    "none was kept": ("gpt-4.1-mini", 0, 10_000 * 0.4e-6 + 1_000 * 1.6e-6, 0),
    "more than there were": ("gpt-4.1-mini", 50_000, 10_000 * 0.4e-6 + 1_000 * 1.6e-6, 0),
    "less than none": ("gpt-4.1-mini", -8_000, 10_000 * 0.4e-6 + 1_000 * 1.6e-6, 0),
    "at a price that nobody knows": ("gpt-3.5-turbo", 8_000, 10_000 * 0.5e-6 + 1_000 * 1.5e-6, 8_000),
}


@pytest.mark.parametrize(("name", "kept", "usd", "counted"), PRICES.values(), ids=PRICES)
def test_tokens_that_were_kept_are_counted_and_cost_what_such_cost(
    talk: Talk, name: str, kept: int, usd: float, counted: int
) -> None:
    talk.server.play(chat(RIGHT, kept=kept))
    [reply] = talk.run(names=(name,))
    assert (reply.cost.prompt_tokens, reply.cost.cached_tokens) == (10_000, counted)
    assert reply.cost.usd == pytest.approx(usd)
    [facts] = [facts for event, facts in talk.ledger.events if event == "model.reply"]
    assert facts["cached_tokens"] == counted


def test_what_was_kept_anew_costs_more_and_is_no_token_that_was_kept(talk: Talk) -> None:
    talk.server.play(said(RIGHT, asked=100, kept=3_000, made=1_000))
    [reply] = talk.run(names=(CLAUDE,))
    assert (reply.cost.prompt_tokens, reply.cost.cached_tokens) == (4_100, 3_000)
    assert reply.cost.usd == pytest.approx(100 * 3e-6 + 3_000 * 0.3e-6 + 1_000 * 3.75e-6 + 100 * 15e-6)


def test_kept_tokens_add_up_over_calls_and_stay_a_part_of_the_prompt() -> None:
    both = Cost(1, 100, 10, 0.1, cached_tokens=60) + Cost(1, 100, 10, 0.1)
    assert (both.prompt_tokens, both.tokens, both.cached_tokens) == (200, 220, 60)


def test_an_answer_that_lists_no_details_is_an_answer(talk: Talk) -> None:
    talk.server.play(Step(json.dumps(completion(RIGHT)).encode()))
    [reply] = talk.run(names=("gpt-4.1-mini",))
    assert (reply.text, reply.cost.cached_tokens) == (RIGHT, 0)
