"""What may pass is tried again, what cannot be used is an objection, and what is too long is made shorter."""

from __future__ import annotations

import email.utils
import time
from dataclasses import replace

import pytest

from agent_ci.core.budget import Budget
from agent_ci.errors import ModelUnavailableError, UnsupportedError
from tests.proposers.model.talk import (
    KEY,
    RIGHT,
    WRONG,
    Talk,
    limits,
    patched,
    raw,
)
from tests.servers.chat import Step, completion, cut, fails, html, says

RETRIED = {
    "429": (fails(429), "accepts no more requests (HTTP 429, 3 calls)"),
    "500": (fails(500), "failed (HTTP 500, 3 calls)"),
    "502 with a web page": (html(502), "failed (HTTP 502, 3 calls)"),
    "503": (fails(503), "failed (HTTP 503, 3 calls)"),
    "529": (fails(529), "failed (HTTP 529, 3 calls)"),
    "hangs up": (Step(status=0), "cannot be reached (3 calls)"),
    "cut in the middle": (cut(says(RIGHT), 150), "cannot be reached (HTTP 200, 3 calls)"),
    "late": (replace(says(RIGHT), delay=5), "gave no complete answer in time (3 calls)"),
    "headers, then silence": (replace(says(RIGHT), silence=5), "gave no complete answer in time (HTTP 200, 3 calls)"),
    "one byte at a time": (replace(says(RIGHT), pace=0.05), "gave no complete answer in time (HTTP 200, 3 calls)"),
}


@pytest.mark.parametrize(("step", "sentence"), RETRIED.values(), ids=RETRIED)
def test_what_may_pass_is_tried_three_times_and_then_explained(talk: Talk, step: Step, sentence: str) -> None:
    talk.server.play(always=step)
    with pytest.raises(ModelUnavailableError) as stop:
        talk.run(timeouts=limits(step))
    assert sentence in str(stop.value)
    assert len(talk.server.requests) == 3
    assert len(talk.pauses) == 2
    assert talk.replies == []


@pytest.mark.parametrize("step", [step for step, _ in RETRIED.values()], ids=RETRIED)
def test_what_passes_costs_a_call_and_no_more(talk: Talk, step: Step) -> None:
    talk.server.play(step, says(RIGHT))
    [reply] = talk.run(timeouts=limits(step))
    assert (reply.text, reply.objection, reply.cost.calls) == (RIGHT, "", 2)


FINAL = {
    "400": (fails(400, "unknown field"), "check --model"),
    "401": (fails(401, f"Incorrect API key provided: {KEY}"), "set AGENT_CI_API_KEY"),
    "402": (fails(402), "add credit"),
    "403": (fails(403), "AGENT_CI_API_KEY that right"),
    "404": (fails(404), "check --model and --api-base"),
    "422": (fails(422), "check --model"),
    "429 without credit": (fails(429, "You exceeded your quota", code="insufficient_quota"), "add credit"),
}


@pytest.mark.parametrize(("step", "advice"), FINAL.values(), ids=FINAL)
def test_what_will_not_pass_is_tried_once_and_names_the_setting(talk: Talk, step: Step, advice: str) -> None:
    talk.server.play(always=step)
    with pytest.raises(ModelUnavailableError) as stop:
        talk.run()
    assert advice in str(stop.value)
    assert KEY not in str(stop.value) + talk.said()
    assert len(talk.server.requests) == 1


def test_retry_after_is_honoured_in_seconds_and_as_a_date(talk: Talk) -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    talk.server.play(fails(429, retry_after="2"), fails(503, retry_after=date), says(RIGHT))
    talk.run()
    seconds, until = talk.pauses
    assert seconds == 2
    assert 25 < until <= 30


def test_a_date_is_read_against_the_endpoints_own_clock(talk: Talk) -> None:
    step = fails(429, retry_after="Wed, 01 Jan 2020 00:00:20 GMT")
    talk.server.play(replace(step, headers=(*step.headers, ("Date", "Wed, 01 Jan 2020 00:00:00 GMT"))), says(RIGHT))
    talk.run()
    assert talk.pauses == [20]


@pytest.mark.parametrize("retry_after", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT"], ids=["seconds", "date"])
def test_a_wait_longer_than_the_time_left_is_not_begun(talk: Talk, retry_after: str) -> None:
    talk.server.play(always=fails(429, retry_after=retry_after))
    with pytest.raises(ModelUnavailableError, match="s are left; try again later"):
        talk.run()
    assert (len(talk.server.requests), talk.pauses) == (1, [])


def test_pauses_without_a_hint_are_random_and_bounded(talk: Talk) -> None:
    talk.server.play(always=fails(503))
    with pytest.raises(ModelUnavailableError):
        talk.run()
    first, second = talk.pauses
    assert 0 <= first < 2
    assert 0 <= second < 4


USELESS = {
    "malformed JSON": raw(b'{"choices": [{'),
    "a web page": html(),
    "an empty body": raw(b""),
    "an empty object": raw({}),
    "a list": raw([]),
    "an error with status 200": raw({"error": {"message": "no such model"}}),
    "no choices": raw({**completion("x"), "choices": []}),
    "null content": says(None),
    "blank content": says(" \n"),
    "a tool call": says(None, finish="tool_calls"),
    "the wrong role": raw(completion(RIGHT, role="user")),
    "not UTF-8": patched(b"PLACE", b"\xff\xfe\xe9"),
    "a lone surrogate": patched(b"PLACE", b"\\ud800"),
    "NUL": says("a\0b"),
    "3 MB": says("x" * 3_000_000),
}


@pytest.mark.parametrize("step", USELESS.values(), ids=USELESS)
def test_an_answer_that_cannot_be_used_is_an_objection_and_never_a_change(talk: Talk, step: Step) -> None:
    talk.server.play(step, says(RIGHT))
    first, second = talk.run()
    assert first.objection
    assert first.text == ""
    assert first.cost.calls == 1
    assert second.text == RIGHT
    assert first.objection in talk.server.requests[1].text
    assert len(talk.server.requests) == 2


def test_a_model_that_never_answers_usefully_is_unavailable(talk: Talk) -> None:
    talk.server.play(always=html())
    with pytest.raises(ModelUnavailableError, match=r"never gave an answer that could be used.*check --model"):
        talk.run()
    assert len(talk.server.requests) == 3


def test_nonsense_up_to_the_limit_of_attempts_is_unavailable_and_not_just_unproven(talk: Talk) -> None:
    talk.server.play(always=html())
    with pytest.raises(ModelUnavailableError, match="never gave an answer"):
        talk.run(budget=Budget(attempts=2))
    assert len(talk.server.requests) == 2


DECLINED = {
    "content filter": (says("", finish="content_filter"), "content filter stopped"),
    "content filter after some text": (says(WRONG, finish="content_filter"), "content filter stopped"),
    "policy error": (fails(400, "rejected by our safety system", code="content_policy_violation"), "content filter"),
    "refusal": (says(None, refusal="I cannot help with that."), "the model refused: I cannot help with that."),
    "no fix": (says("NO FIX: the test itself is wrong"), "the model sees no fix: the test itself is wrong"),
}


@pytest.mark.parametrize(("step", "objection"), DECLINED.values(), ids=DECLINED)
def test_a_model_that_declines_twice_is_not_asked_again(talk: Talk, step: Step, objection: str) -> None:
    talk.server.play(always=step)
    replies = talk.run()
    assert [objection in reply.objection for reply in replies] == [True, True]
    assert len(talk.server.requests) == 2


def test_an_answer_that_is_too_long_is_continued_once(talk: Talk) -> None:
    talk.server.play(says(RIGHT[:60], finish="length"), says(RIGHT[60:]))
    [reply] = talk.run()
    assert (reply.text, reply.objection, reply.cost.calls, reply.cost.tokens) == (RIGHT, "", 2, 300)
    messages = talk.server.requests[1].json["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"] == RIGHT[:60]


def test_an_answer_that_stays_too_long_is_never_offered_as_a_change(talk: Talk) -> None:
    talk.server.play(always=says(RIGHT, finish="length"))
    [reply, *_] = talk.run(right="", most=1)
    assert "cut at its length limit" in reply.objection
    assert len(talk.server.requests) == 2


def test_thought_without_text_is_not_continued(talk: Talk) -> None:
    talk.server.play(says("", finish="length"), says(RIGHT))
    first, _ = talk.run()
    assert "all thought and no text" in first.objection
    assert len(talk.server.requests) == 2


def test_an_answer_that_only_repeats_itself_is_not_continued(talk: Talk) -> None:
    endless = "Let me look. " + "The code is not shown.\n\n" * 60
    talk.server.play(says(endless, finish="length"), says(RIGHT))
    first, second = talk.run()
    assert (first.text, first.objection) == ("", "the answer repeated the same words until it was cut")
    assert second.text == RIGHT
    assert len(talk.server.requests) == 2


def test_what_was_late_may_be_no_longer_than_a_repair_needs(talk: Talk) -> None:
    step = replace(says(RIGHT), delay=5)
    talk.server.play(step, fails(503), says(RIGHT), says(RIGHT))
    talk.run(timeouts=limits(step))
    assert [request.json["max_tokens"] for request in talk.server.requests] == [8000, 2000, 2000]


OVERFLOW = fails(
    400,
    "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
    code="context_length_exceeded",
)


TAG = "data-0123456789abcdef"


def test_a_question_that_is_too_long_is_asked_once_more_at_half_the_length(talk: Talk) -> None:
    talk.desk.text = f'Repair it.\n<{TAG} origin="source" name="calc.py">\n' + "x = 1\n" * 2000 + f"\n</{TAG}>\nGo."
    talk.server.play(OVERFLOW, says(RIGHT))
    [reply] = talk.run()
    assert (reply.text, reply.cost.calls) == (RIGHT, 2)
    long, short = (request.json["messages"][1]["content"] for request in talk.server.requests)
    assert len(short) <= len(long) // 2
    assert short.startswith(f'Repair it.\n<{TAG} origin="source" name="calc.py">\n')
    assert short.endswith(f"\n</{TAG}>\nGo.")
    assert talk.ledger.count("model.shrunk") == 1


@pytest.mark.parametrize(
    ("text", "calls"),
    [("<data name='x'>", 1), (f'<{TAG} origin="source" name="x">\n' + "y\n" * 900 + f"\n</{TAG}>", 2)],
)
def test_a_question_that_cannot_be_made_to_fit_is_unsupported(talk: Talk, text: str, calls: int) -> None:
    talk.desk.text = text
    talk.server.play(always=OVERFLOW)
    with pytest.raises(UnsupportedError, match="larger window with --model"):
        talk.run()
    assert len(talk.server.requests) == calls
