"""The model proposer against a scripted endpoint: real HTTP, real litellm, exact numbers of calls."""

from __future__ import annotations

import base64
import email.utils
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.run import Attempt, Cost, Evidence, Reply
from agent_ci.errors import AgentCIError, BudgetExhaustedError, ModelUnavailableError, UnsupportedError, UsageError
from agent_ci.ports import Tree, Workspace
from agent_ci.proposers.model.faults import FaultError, FaultKind
from agent_ci.proposers.model.proposer import Model
from agent_ci.proposers.model.transport import Request, Timeouts, call, qualified
from tests.servers.chat import ChatServer, Received, Step, completion, cut, fails, html, redirects, says

KEY = "sk-proj-Zx81-uQm0_Rt55vLw"
CALM = Timeouts(connect=10.0, read=20.0, total=30.0)
FAST = Timeouts(connect=2.0, read=0.6, total=1.0)
"""Only for tests about time: elsewhere a busy machine would turn any answer into a late one."""

WRONG = "The sum is off.\n\n```diff\n--- a/calc.py\n+++ b/calc.py\n@@ -1 +1 @@\n-a - b\n+a * b\n```\n"
OTHER = WRONG.replace("a * b", "a / b")
RIGHT = WRONG.replace("a * b", "a + b")
EVIDENCE = Evidence(job="fix", summary="one test fails")


@dataclass
class Ledger:
    """A journal that keeps its events in memory."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def record(self, event: str, **facts: object) -> None:
        self.events.append((event, facts))

    def count(self, event: str) -> int:
        return sum(1 for name, _ in self.events if name == event)


@dataclass
class Desk:
    """A workbench that only has a question and a clock; the model needs nothing else."""

    text: str = "Repair it."
    seconds: float = 1200.0

    @property
    def tree(self) -> Tree:
        raise AssertionError("a model does not read the tree")

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        return "\n".join([self.text, *(sentence for attempt in attempts for sentence in attempt.objections)])

    def open(self) -> AbstractContextManager[Workspace]:
        raise AssertionError("a model runs nothing")

    def seconds_left(self) -> float:
        return self.seconds


@dataclass
class Talk:
    """One conversation, and everything that left it."""

    server: ChatServer
    ledger: Ledger = field(default_factory=Ledger)
    desk: Desk = field(default_factory=Desk)
    pauses: list[float] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def model(self, **changes: Any) -> Model:
        settings: dict[str, Any] = {
            "name": "scripted",
            "api_base": self.server.url,
            "api_key": KEY,
            "budget": Budget(),
            "journal": self.ledger,
            "seed": 7,
            "timeouts": CALM,
            "sleep": self.pauses.append,
        }
        return Model(**settings | changes)

    def run(
        self, *, right: str = RIGHT, earlier: tuple[Attempt, ...] = (), most: int = 20, **changes: Any
    ) -> list[Reply]:
        """Talk until the model stops or offers *right*; every other reply is refused."""
        session = self.model(**changes).propose(EVIDENCE, earlier, self.desk)
        reply = next(session, None)
        while reply is not None:
            self.replies.append(reply)
            if reply.text == right or len(self.replies) >= most:
                break
            objection = reply.objection or "tests/test_calc.py::test_sum is still red"
            try:
                reply = session.send(Attempt(reply, objections=(objection,)))
            except StopIteration:
                break
        session.close()
        return self.replies

    def said(self) -> str:
        """Whatever a reader could see: replies and journal."""
        return repr(self.replies) + json.dumps(self.ledger.events, default=str)


@pytest.fixture
def talk(chat_server: ChatServer) -> Talk:
    return Talk(chat_server)


@pytest.fixture(scope="module", autouse=True)
def warm_litellm() -> None:
    """The first call of a process loads half of litellm, which takes longer than FAST allows."""
    with ChatServer() as server:
        server.play(says("hello"))
        call(Request("scripted", (("user", "hi"),), 10, 0, Timeouts(), server.url, KEY))


def limits(step: Step) -> Timeouts:
    return FAST if step.delay or step.silence or step.pace else CALM


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Standard output is for results: neither we nor litellm print to either stream."""
    yield
    assert capfd.readouterr() == ("", "")


def raw(body: object, **changes: Any) -> Step:
    return Step(body if isinstance(body, bytes) else json.dumps(body).encode(), **changes)


def patched(old: bytes, new: bytes) -> Step:
    """A well-formed answer with some of its bytes replaced."""
    return raw(json.dumps(completion("PLACE")).encode().replace(old, new))


def test_a_wrong_change_is_answered_with_its_objection_and_the_right_one_follows(talk: Talk) -> None:
    talk.server.play(says(WRONG), says(RIGHT))
    first, second = talk.run()
    assert (first.text, second.text) == (WRONG, RIGHT)
    assert first.cause == "The sum is off."
    asked = [request.text for request in talk.server.requests]
    assert "is still red" not in asked[0]
    assert "tests/test_calc.py::test_sum is still red" in asked[1]


def test_one_question_is_one_call_with_a_fixed_seed_and_no_temperature(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    talk.run()
    [request] = talk.server.requests
    body = request.json
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert [message["role"] for message in body.pop("messages")] == ["system", "user"]
    assert body == {"model": "scripted", "temperature": 0, "seed": 7, "max_tokens": 8000}


def test_an_endlessly_wrong_model_is_stopped_by_the_budget(talk: Talk) -> None:
    def another(received: Received) -> Step:
        return says(WRONG.replace("a * b", f"a * {len(received.body)}"))

    talk.server.play(always=another)
    talk.run(budget=Budget(attempts=4))
    assert len(talk.server.requests) == 4


def test_the_same_change_is_pointed_out_once_and_ends_the_talk_the_third_time(talk: Talk) -> None:
    talk.server.play(always=says(WRONG))
    assert len(talk.run()) == 3
    noted = ["had already been refused" in request.text for request in talk.server.requests]
    assert noted == [False, False, True]


def test_going_back_and_forth_between_two_changes_ends_the_talk(talk: Talk) -> None:
    talk.server.play(*[says(text) for text in (WRONG, OTHER) * 5])
    assert len(talk.run(budget=Budget(attempts=10))) == 5


def test_earlier_attempts_of_other_proposers_count_in_the_budget(talk: Talk) -> None:
    paid = Attempt(Reply("replay", cost=Cost(calls=1)), objections=("no",))
    talk.server.play(always=says(WRONG))
    assert len(talk.run(earlier=(paid, paid), budget=Budget(attempts=3))) == 1


def test_without_time_left_nothing_is_asked(talk: Talk) -> None:
    talk.desk.seconds = 0.0
    assert talk.run() == []
    assert talk.server.requests == []


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


OVERFLOW = fails(
    400,
    "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
    code="context_length_exceeded",
)


def test_a_question_that_is_too_long_is_asked_once_more_at_half_the_length(talk: Talk) -> None:
    talk.desk.text = 'Repair it.\n<data name="calc.py">\n' + "x = 1\n" * 2000 + "\n</data>\nGo."
    talk.server.play(OVERFLOW, says(RIGHT))
    [reply] = talk.run()
    assert (reply.text, reply.cost.calls) == (RIGHT, 2)
    long, short = (request.json["messages"][1]["content"] for request in talk.server.requests)
    assert len(short) <= len(long) // 2
    assert short.startswith('Repair it.\n<data name="calc.py">\n')
    assert short.endswith("\n</data>\nGo.")
    assert talk.ledger.count("model.shrunk") == 1


@pytest.mark.parametrize(
    ("text", "calls"), [("<data name='x'>", 1), ('<data name="x">\n' + "y\n" * 900 + "\n</data>", 2)]
)
def test_a_question_that_cannot_be_made_to_fit_is_unsupported(talk: Talk, text: str, calls: int) -> None:
    talk.desk.text = text
    talk.server.play(always=OVERFLOW)
    with pytest.raises(UnsupportedError, match="larger window with --model"):
        talk.run()
    assert len(talk.server.requests) == calls


@pytest.mark.parametrize("name", ["scripted", "anthropic/claude-sonnet-4-5"], ids=["bearer", "x-api-key"])
def test_a_redirect_takes_neither_key_nor_question_to_another_host(talk: Talk, name: str) -> None:
    with ChatServer() as elsewhere:
        elsewhere.play(always=says(RIGHT))
        talk.server.play(always=redirects(f"http://{elsewhere.host}/v1/chat/completions"))
        with pytest.raises(ModelUnavailableError, match="set --api-base to the final address"):
            talk.run(name=name)
        assert elsewhere.requests == []
    assert len(talk.server.requests) == 1


def test_a_tls_error_is_not_tried_again(talk: Talk) -> None:
    with pytest.raises(ModelUnavailableError, match=r"no trusted TLS connection .*\(1 call\)"):
        talk.run(api_base=talk.server.url.replace("http:", "https:"))
    assert talk.pauses == []


def test_a_closed_port_is_tried_three_times(talk: Talk) -> None:
    with ChatServer() as gone:
        address = gone.url
    with pytest.raises(ModelUnavailableError, match=r"cannot be reached \(3 calls\): .*refused; check --api-base"):
        talk.run(api_base=address)
    assert talk.ledger.count("model.request") == 3


def test_the_price_is_known_for_a_listed_model_and_unknown_for_any_other(talk: Talk) -> None:
    talk.server.play(says(RIGHT, tokens=(1000, 100)), says(RIGHT, tokens=(1000, 100)))
    [listed] = talk.run(name="openai/gpt-4o")
    other = talk.run()[1]
    assert (listed.cost.prompt_tokens, listed.cost.completion_tokens) == (1000, 100)
    assert listed.cost.usd == pytest.approx(0.0035)
    assert other.cost.usd is None


def test_a_price_listed_as_zero_is_unknown_and_not_free(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    [reply] = talk.run(name="publicai/swiss-ai/apertus-8b-instruct")
    assert reply.cost.usd is None


@pytest.mark.parametrize("tokens", [None, (0, 0), (-5, 10**12)], ids=["missing", "zero", "impossible"])
def test_tokens_that_nobody_counted_are_estimated_and_their_price_stays_unknown(
    talk: Talk, tokens: tuple[int, int] | None
) -> None:
    talk.server.play(says(RIGHT, tokens=tokens))
    [reply] = talk.run(name="openai/gpt-4o")
    assert 100 < reply.cost.prompt_tokens < 2000
    assert reply.cost.completion_tokens == len(RIGHT) // 4 + 1
    assert reply.cost.usd is None


def test_an_answer_may_only_use_the_tokens_that_are_left(talk: Talk) -> None:
    talk.server.play(says(WRONG, tokens=(3000, 1000)), says(RIGHT))
    talk.run(budget=Budget(tokens=6000))
    first, second = (request.json["max_tokens"] for request in talk.server.requests)
    assert first - second == pytest.approx(4000, abs=20)
    assert 256 <= second < 2000


def test_a_question_that_the_tokens_left_cannot_pay_is_not_asked(talk: Talk) -> None:
    talk.desk.text = "word " * 4000
    with pytest.raises(BudgetExhaustedError, match="raise --max-tokens"):
        talk.run(budget=Budget(tokens=5000))
    assert talk.server.requests == []


def test_an_answer_is_not_continued_on_tokens_that_are_not_there(talk: Talk) -> None:
    talk.server.play(always=says(WRONG, finish="length", tokens=(2000, 2800)))
    [reply] = talk.run(most=1, budget=Budget(tokens=5000))
    assert "cut at its length limit" in reply.objection
    assert len(talk.server.requests) == 1


def encoded(text: str) -> dict[str, str]:
    return {
        "plain": text,
        "base64": base64.b64encode(f"x:{text}".encode()).decode(),
        "hex": text.encode().hex(),
        "upper case": text.upper(),
        "first half": text[:14],
    }


@pytest.mark.parametrize("form", encoded(KEY).values(), ids=encoded(KEY))
@pytest.mark.parametrize(
    "make",
    [
        lambda form: fails(401, f"bad key {form}"),
        lambda form: raw(f"<p>bad key {form}".encode(), status=500, content_type="text/html"),
        lambda form: says(f"Your key is {form}.\n{RIGHT}"),
        lambda form: says(None, refusal=f"I saw {form}"),
        lambda form: raw({"error": {"message": f"bad key {form}"}}),
    ],
    ids=["401", "500", "answer", "refusal", "error with status 200"],
)
def test_the_key_never_leaves(talk: Talk, make: Callable[[str], Step], form: str) -> None:
    talk.server.play(always=make(form))
    said = ""
    try:
        talk.run(right="", most=1)
    except AgentCIError as stop:
        said = str(stop) + repr(stop.__cause__)
    said += talk.said() + repr(talk.model().__dict__)
    assert form[4:] not in said
    assert KEY not in said


def test_the_password_in_an_address_never_leaves(talk: Talk) -> None:
    talk.server.play(says(f"Kn0ck-Kn0ck-42.\n{WRONG}"), fails(401, "no entry for robot:Kn0ck-Kn0ck-42"))
    with pytest.raises(ModelUnavailableError) as stop:
        talk.run(api_base=f"http://robot:Kn0ck-Kn0ck-42@{talk.server.host}/v1")
    [reply] = talk.replies
    assert reply.text == f"***.\n{WRONG}"
    [recorded] = [facts["text"] for name, facts in talk.ledger.events if name == "model.reply"]
    assert recorded == reply.text
    assert "Kn0ck" not in str(stop.value) + talk.said()
    assert talk.server.host in str(stop.value)


def test_litellm_logs_nothing_even_where_everything_is_logged(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk.server.play(says(RIGHT))
    talk.run()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("LiteLLM")] == []
    assert KEY not in caplog.text


def test_an_address_of_our_own_never_gets_a_key_from_the_environment(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    talk.server.play(says(RIGHT))
    talk.run(api_key=None)
    assert talk.server.requests[0].headers["authorization"] == "Bearer none"


def test_a_key_that_litellm_found_itself_never_leaves_either(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", talk.server.url)
    talk.server.play(fails(401, f"bad key {KEY}"))
    with pytest.raises(ModelUnavailableError) as stop:
        talk.run(name="gpt-4o", api_base=None, api_key=None)
    assert talk.server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in str(stop.value) + talk.said()


def test_without_any_key_the_sentence_says_so(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelUnavailableError, match=r"asks for a key, and none is set .*; set AGENT_CI_API_KEY"):
        talk.run(name="gpt-4o", api_base=None, api_key=None)


def test_a_name_that_belongs_to_no_provider_is_refused_with_advice(talk: Talk) -> None:
    with pytest.raises(ModelUnavailableError, match=r"rejected the request .*; check --model and --api-base"):
        talk.run(name="no-such-model", api_base=None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"api_base": "localhost:8000/v1"}, "--api-base must be a URL"),
        ({"api_base": "ftp://robot:Kn0ck-Kn0ck@host"}, "--api-base must be a URL"),
        ({"api_key": "sk-one\nsk-two"}, "AGENT_CI_API_KEY holds line ends"),
        ({"api_key": "sk-\u043a\u043b\u044e\u0447"}, "characters other than ASCII"),
    ],
    ids=["no scheme", "another scheme", "two lines", "not ASCII"],
)
def test_an_address_or_a_key_that_cannot_be_used_is_named_and_not_shown(
    talk: Talk, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence) as stop:
        talk.model(**changes)
    assert not any(value in str(stop.value) for value in changes.values())


def test_line_ends_around_a_key_are_ignored(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    assert talk.run(api_key=f" {KEY}\n")[0].text == RIGHT


def test_each_request_is_journalled_with_its_prompt_and_each_answer_with_its_tokens(talk: Talk) -> None:
    talk.server.play(fails(503), says(RIGHT))
    talk.run()
    assert [name for name, _ in talk.ledger.events] == [
        "model.request",
        "model.fault",
        "model.wait",
        "model.request",
        "model.reply",
    ]
    request, reply = talk.ledger.events[3][1], talk.ledger.events[4][1]
    assert request["prompt"] == "system.v1"
    assert len(request["prompt_sha256"]) == len(request["question_sha256"]) == 64
    assert request["call"] == 2
    assert (reply["text"], reply["prompt_tokens"], reply["completion_tokens"]) == (RIGHT, 100, 50)


def test_headers_that_arrive_byte_by_byte_end_at_the_deadline_and_leave_no_thread(chat_server: ChatServer) -> None:
    chat_server.play(replace(says(RIGHT), pace=0.1, trickles_headers=True))
    request = Request("scripted", (("user", "hi"),), 10, 0, FAST, chat_server.url, KEY)
    started = time.monotonic()
    with pytest.raises(FaultError) as fault:
        call(request)
    assert fault.value.kind is FaultKind.LATE
    assert time.monotonic() - started < FAST.total + 2
    deadline = time.monotonic() + 5
    while any(thread.name == "agent-ci-model" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the abandoned thread did not end"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("name", "api_base", "expected"),
    [
        ("coder", "http://x/v1", "openai/coder"),
        ("Qwen/Coder-7B", "http://x/v1", "openai/Qwen/Coder-7B"),
        ("anthropic/claude", "http://x/v1", "anthropic/claude"),
        ("anthropic", "http://x/v1", "openai/anthropic"),
        ("gpt-4o", None, "gpt-4o"),
    ],
)
def test_a_name_without_a_provider_speaks_openais_format_at_an_address_of_its_own(
    name: str, api_base: str | None, expected: str
) -> None:
    assert qualified(name, api_base, providers=frozenset({"openai", "anthropic"})) == expected


def test_a_missing_litellm_says_what_to_install(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(ModelUnavailableError, match=r"litellm cannot be imported .*`pip install"):
        talk.run()


def test_the_proposer_is_there_without_litellm() -> None:
    check = (
        "import sys, agent_ci.proposers.model.proposer; "
        "sys.exit(any(m in sys.modules for m in ('litellm', 'httpx', 'openai')))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False, timeout=60).returncode == 0


def test_importing_litellm_reads_no_dot_env_and_opens_no_connection() -> None:
    check = (
        "import socket, sys, types\n"
        "def caught(*_, **__): print('caught'); raise OSError('caught')\n"
        "import dotenv; dotenv.load_dotenv = caught\n"
        "socket.socket.connect = caught; socket.getaddrinfo = caught\n"
        "from agent_ci.proposers.model.transport import _litellm\n"
        "_litellm()\n"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
