"""Nothing secret leaves, nothing hangs, and prices and tokens are counted honestly."""

from __future__ import annotations

import base64
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from agent_ci.core.budget import Budget
from agent_ci.errors import AgentCIError, BudgetExhaustedError, ModelUnavailableError, UsageError
from agent_ci.model.faults import FaultError, FaultKind
from agent_ci.model.transport import Request, call, qualified
from tests.proposers.model.talk import (
    FAST,
    KEY,
    RIGHT,
    WRONG,
    Talk,
    raw,
)
from tests.servers.chat import ChatServer, Step, fails, redirects, says


@pytest.mark.parametrize("name", ["scripted", "anthropic/claude-sonnet-4-5"], ids=["bearer", "x-api-key"])
def test_a_redirect_takes_neither_key_nor_question_to_another_host(talk: Talk, name: str) -> None:
    with ChatServer() as elsewhere:
        elsewhere.play(always=says(RIGHT))
        talk.server.play(always=redirects(f"http://{elsewhere.host}/v1/chat/completions"))
        with pytest.raises(ModelUnavailableError, match="set --api-base to the final address"):
            talk.run(names=(name,))
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


def test_a_name_that_nobody_can_resolve_is_tried_three_times(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ModelUnavailableError, match=r"cannot be reached \(3 calls\): .*not known; check --api-base"):
        talk.run(api_base="http://no-such-host.invalid/v1")
    assert (talk.ledger.count("model.request"), len(talk.pauses)) == (3, 2)


def test_the_price_is_known_for_a_listed_model_and_unknown_for_any_other(talk: Talk) -> None:
    talk.server.play(says(RIGHT, tokens=(1000, 100)), says(RIGHT, tokens=(1000, 100)))
    [listed] = talk.run(names=("openai/gpt-4o",))
    other = talk.run()[1]
    assert (listed.cost.prompt_tokens, listed.cost.completion_tokens) == (1000, 100)
    assert listed.cost.usd == pytest.approx(0.0035)
    assert other.cost.usd is None


def test_a_price_listed_as_zero_is_unknown_and_not_free(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    [reply] = talk.run(names=("publicai/swiss-ai/apertus-8b-instruct",))
    assert reply.cost.usd is None


@pytest.mark.parametrize("tokens", [None, (0, 0), (-5, 10**12)], ids=["missing", "zero", "impossible"])
def test_tokens_that_nobody_counted_are_estimated_and_their_price_stays_unknown(
    talk: Talk, tokens: tuple[int, int] | None
) -> None:
    talk.server.play(says(RIGHT, tokens=tokens))
    [reply] = talk.run(names=("openai/gpt-4o",))
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


def test_a_question_that_would_cost_more_than_is_left_is_not_asked(talk: Talk) -> None:
    talk.desk.text = "word " * 4000
    with pytest.raises(
        BudgetExhaustedError, match=r"was not asked: .* cost about US\$ 0\.01.*0\.0100 may .*--max-cost"
    ):
        talk.run(names=("openai/gpt-4o",), budget=Budget(cost=0.01))
    assert talk.server.requests == []


def test_an_answer_may_only_cost_what_the_ones_before_left(talk: Talk) -> None:
    talk.server.play(says(WRONG, tokens=(400, 1000)), says(RIGHT))
    talk.run(names=("openai/gpt-4o",), budget=Budget(cost=0.03))
    first, second = (request.json["max_tokens"] for request in talk.server.requests)
    assert 2500 < first < 3000
    assert first - second == pytest.approx(1100, abs=20)
    told = [facts for event, facts in talk.ledger.events if event == "model.request"]
    assert 100 < told[0]["estimated_prompt_tokens"] < 2000


def test_where_no_price_is_known_money_limits_no_answer(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    talk.run(budget=Budget(cost=0.000001))
    assert talk.server.requests[0].json["max_tokens"] == 8000


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
        talk.run(names=("gpt-4o",), api_base=None, api_key=None)
    assert talk.server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in str(stop.value) + talk.said()


def test_without_any_key_the_sentence_says_so(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelUnavailableError, match=r"asks for a key, and none is set .*; set AGENT_CI_API_KEY"):
        talk.run(names=("gpt-4o",), api_base=None, api_key=None)


def test_a_name_that_belongs_to_no_provider_is_refused_with_advice(talk: Talk) -> None:
    with pytest.raises(ModelUnavailableError, match=r"rejected the request .*; check --model and --api-base"):
        talk.run(names=("no-such-model",), api_base=None)


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
        "import sys, agent_ci.proposers.model; sys.exit(any(m in sys.modules for m in ('litellm', 'httpx', 'openai')))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False, timeout=60).returncode == 0


def test_importing_litellm_reads_no_dot_env_and_opens_no_connection() -> None:
    check = (
        "import socket, sys, types\n"
        "def caught(*_, **__): print('caught'); raise OSError('caught')\n"
        "import dotenv; dotenv.load_dotenv = caught\n"
        "socket.socket.connect = caught; socket.getaddrinfo = caught\n"
        "from agent_ci.model.transport import _litellm\n"
        "_litellm()\n"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
