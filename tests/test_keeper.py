"""The process that keeps the secrets, and the one that works without them: both real, with a real endpoint."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_ci import kept
from agent_ci.core.context import Context
from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Evidence, Verdict
from agent_ci.keeper import Desk, _Forwarding, _published, is_needed
from agent_ci.model import transport
from agent_ci.model.remote import Remote
from agent_ci.model.transport import Answer, Request
from agent_ci.session import Session
from bench.repositories import PYTEST
from tests.red import GOOD, RedRepository
from tests.servers.chat import ChatServer, says

KEY = "sk-canary-4Zq81uQm0Rt55vLw"
OTHER = "canary-token-9d2f77c1"
SECRETS = {"AGENT_CI_API_KEY": KEY, "DEPLOY_TOKEN": OTHER}


def command(red: RedRepository, out: Path, *more: str) -> list[str]:
    argv = [sys.executable, "-m", "agent_ci", "fix", "--repository", str(red.path), "--out", str(out)]
    return [*argv, "--run", PYTEST, "--repeat", "2", *more]


def fixed(red: RedRepository, out: Path, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **SECRETS, **variables}
    return subprocess.run(command(red, out, *more), env=environment, capture_output=True, text=True, check=False)


def test_the_model_is_asked_with_the_key_that_the_worker_does_not_have(tmp_path: Path, chat_server: ChatServer) -> None:
    chat_server.play(says(GOOD))
    red, out = RedRepository.make(tmp_path), tmp_path / "out"
    done = fixed(red, out, "--proposer", "model", "--model", "scripted", "--api-base", chat_server.url)
    assert done.returncode == 0, done.stderr
    assert [request.headers["authorization"] for request in chat_server.requests] == [f"Bearer {KEY}"]
    document = json.loads((out / "evidence.json").read_text(encoding="utf-8"))
    assert (document["outcome"], document["cost"]["calls"]) == ("fixed", 1)
    assert document["isolation"]["separation"] == "the secrets of this job are kept in a process of their own"
    texts = [done.stdout, done.stderr, *(path.read_text(encoding="utf-8") for path in out.iterdir() if path.is_file())]
    assert not any(secret in text for text in texts for secret in SECRETS.values())


ENVIRONMENTS = """\
import os, pathlib

import calc


def chain(pid):
    while pid > 1:
        yield pid
        pid = int(pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[1])


def test_add():
    processes = list(chain(os.getpid()))
    texts = [pathlib.Path(f'/proc/{pid}/environ').read_bytes() for pid in processes]
    starts = [pathlib.Path(f'/proc/{pid}/cmdline').read_bytes() for pid in processes]
    worker = next(at for at, start in enumerate(starts) if b'agent_ci.__main__' in start)
    assert calc.add(1, 2) == [b'canary' in text for text in texts[:worker + 1]]
"""


def test_no_process_from_the_tests_up_to_the_worker_has_a_secret_in_its_environment(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {"calc.py": "def add(a, b):\n    return a\n", "test_calc.py": ENVIRONMENTS})
    done = fixed(red, tmp_path / "out", "--sandbox", "none", "--min-isolation", "none", "--proposer", "known")
    document = json.loads((tmp_path / "out" / "evidence.json").read_text(encoding="utf-8"))
    said = done.stdout + document["summary"] + json.dumps(document["groups"])
    assert "False, False" in said
    assert "True" not in said


def test_a_secret_that_a_test_prints_is_removed_by_the_process_that_knows_it(tmp_path: Path) -> None:
    loud = f"import calc\n\n\ndef test_add():\n    assert calc.add(1, 2) == 3, {OTHER!r}\n"
    red = RedRepository.make(tmp_path, {"calc.py": "def add(a, b):\n    return a\n", "test_calc.py": loud})
    done = fixed(red, tmp_path / "out", "--proposer", "known")
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert "***" in "".join(texts)
    assert not any(OTHER in text for text in (done.stdout, done.stderr, *texts))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_to_the_keeper_ends_both_with_evidence(tmp_path: Path, number: signal.Signals) -> None:
    started = tmp_path / "started"
    slow = "import pathlib, time\n\ndef test_it():\n"
    slow += f"    pathlib.Path({str(started)!r}).write_text('x')\n    time.sleep(97)\n"
    red, out = RedRepository.make(tmp_path, {"test_slow.py": slow}), tmp_path / "out"
    environment = {"PATH": os.environ["PATH"], **SECRETS}
    argv = command(red, out, "--sandbox", "none", "--min-isolation", "none")
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(600):
            if started.exists():
                break
            time.sleep(0.05)
        sent = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=20)
    assert (process.returncode, time.monotonic() - sent < 2) == (130, True)
    assert json.loads((out / "evidence.json").read_text())["outcome"] == "cancelled"


def desk(**attributes: Any) -> tuple[Desk, io.BytesIO]:
    answers = io.BytesIO()
    return Desk(SECRETS, io.BytesIO(), answers, **attributes), answers


ASK: Mapping[str, Any] = {"what": "ask", "messages": [["user", "x"]], "max_tokens": 5, "timeouts": {}}
OPEN: Mapping[str, Any] = {"what": "open", "models": ["m"], "api_base": "http://127.0.0.1:1", "seed": 0}


PUBLISH: Mapping[str, Any] = {
    "what": "publish",
    "deliver": "commit",
    "out": "out",
    "repository": "here",
    "json": True,
    "quiet": False,
    "verbose": "yes",
    "only-tell": False,
}
TOKEN = "ghs-canary-55a1e0c93d"  # noqa: S105 - made up


@pytest.mark.parametrize(
    ("secrets", "deliver", "will"),
    [
        ({"GITHUB_TOKEN": TOKEN}, "commit", True),
        ({"GITHUB_TOKEN": TOKEN}, "patch", False),
        ({"GITHUB_TOKEN": TOKEN}, "--json", False),
        ({"AGENT_CI_API_KEY": KEY}, "commit", False),
    ],
)
def test_what_was_proven_is_delivered_where_the_job_may_write_and_was_told_to(
    secrets: Mapping[str, str], deliver: str, *, will: bool
) -> None:
    made = Desk(secrets, io.BytesIO(), io.BytesIO())
    assert made.answer_to({**PUBLISH, "deliver": deliver}) is will
    assert bool(made.publication) is will


def test_how_it_is_delivered_is_the_first_word_and_no_word_of_it_is_an_option() -> None:
    made = Desk({"GITHUB_TOKEN": TOKEN}, io.BytesIO(), io.BytesIO())
    assert made.answer_to({**PUBLISH, "out": "--help"})
    assert made.answer_to({**PUBLISH, "out": "another", "deliver": "suggestion"})
    told = ("--deliver", "commit", "--repository", "here", "--out", "--help", "--json", "--", "--help/evidence.json")
    assert made.publication == told


def test_whether_it_only_tells_is_the_first_word_as_well() -> None:
    made = Desk({"GITHUB_TOKEN": TOKEN}, io.BytesIO(), io.BytesIO())
    assert made.answer_to({**PUBLISH, "only-tell": True})
    assert made.answer_to(PUBLISH)
    assert (made.only_tells, "--only-tell" in made.publication) == (True, True)
    assert not Desk({"GITHUB_TOKEN": TOKEN}, io.BytesIO(), io.BytesIO()).answer_to({**PUBLISH, "deliver": "patch"})


class Door:
    """What is asked of the keeper."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def ask(self, what: str, **details: object) -> bool:
        self.asked.append({"what": what, **details})
        return True


@pytest.mark.parametrize(
    ("job", "forge", "outcome", "is_told"),
    [
        pytest.param("fix", "github", Outcome.NO_FIX, True, id="nothing was proven"),
        pytest.param("fix", "github", Outcome.NOTHING_TO_DO, True, id="green"),
        pytest.param("fix", "github", Outcome.CANCELLED, False, id="there is no time: it was cancelled"),
        pytest.param("explain", "github", Outcome.EXPLAINED, False, id="nobody waits for it"),
        pytest.param("fix", "git", Outcome.NO_FIX, False, id="there is no forge"),
    ],
)
def test_where_nothing_was_proven_the_keeper_is_asked_to_tell(
    monkeypatch: pytest.MonkeyPatch, job: str, forge: str, outcome: Outcome, *, is_told: bool
) -> None:
    session = Session({}, {"deliver": "commit"}, io.StringIO(), job=job)
    session.context = Context(forge, "o/n", "", "a" * 40)
    session.verdict = Verdict(outcome, "because", Evidence(job, "because"))
    door = Door()
    monkeypatch.setattr(kept, "door", lambda _: door)
    assert not session.hand_on()  # the worker itself has the last word
    assert [(one["what"], one["only-tell"]) for one in door.asked] == ([("publish", True)] if is_told else [])


def test_a_process_that_only_tells_says_nothing_to_the_steps_that_follow(tmp_path: Path) -> None:
    told = tmp_path / "outputs"
    told.touch()
    around = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(told)}
    made = Desk({}, io.BytesIO(), io.BytesIO(), around, publication=("--no-such-option",), only_tells=True)
    assert _published(made, _Forwarding(made)) == 2
    assert told.read_text(encoding="utf-8") == ""


def test_without_a_model_named_at_the_start_nobody_is_asked() -> None:
    assert "unavailable" in str(desk()[0].answer_to(ASK))


def test_the_model_and_its_address_are_named_once() -> None:
    made, _ = desk()
    made.answer_to({**OPEN, "attempts": 1, "tokens": 100, "cost": 1})
    made.answer_to({**OPEN, "api_base": "http://evil.example", "attempts": 99, "tokens": 10**9, "cost": 1})
    assert (made.pinned["api_base"], made.tokens_left) == ("http://127.0.0.1:1", 100)


def test_a_model_that_was_not_named_at_the_start_is_not_asked() -> None:
    made, _ = desk()
    made.answer_to({**OPEN, "models": ["m", "n"], "attempts": 1, "tokens": 100, "cost": 1})
    made.answer_to({**OPEN, "models": ["dear"], "attempts": 1, "tokens": 100, "cost": 1})
    told = str(made.answer_to({**ASK, "model": "dear"}))
    assert "the model dear was not named at the start" in told
    assert made.calls_left == 8


def test_the_budget_is_kept_where_the_worker_cannot_reach_it() -> None:
    made, _ = desk()
    made.answer_to({**OPEN, "attempts": 0, "tokens": 100, "cost": 1})
    assert "budget" in str(made.answer_to(ASK))


def test_no_answer_holds_a_secret() -> None:
    made, _ = desk()
    for what in ("names", "open", "remove", "named"):
        answer = made.answer_to(
            {**OPEN, "what": what, "attempts": 1, "tokens": 1, "cost": 1, "text": f"a {KEY} and {OTHER}"}
        )
        assert "canary" not in str(answer)


def test_the_form_of_an_answer_and_the_tools_reach_the_model_and_its_calls_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schema, tools, called = {"type": "object"}, ({"type": "function"},), list[Request]()

    def call(request: Request) -> Answer:
        called.append(request)
        return Answer("{}", "stop", usd=0.25, calls=(("look", "{}"),))

    monkeypatch.setattr(transport, "call", call)
    made, _ = desk()
    made.answer_to({**OPEN, "attempts": 1, "tokens": 100, "cost": 1})

    class Line:
        def ask(self, what: str, **details: object) -> Any:
            return made.answer_to(json.loads(json.dumps({"what": what, **details})))

    asked = Request("m", (("user", "x"),), 5, 0, transport.Timeouts(), schema=schema, tools=tools, usd_left=99.0)
    answer = Remote(Line()).call(asked)  # type: ignore[arg-type] # as much of a keeper as is needed
    assert answer == Answer("{}", "stop", usd=0.25, calls=(("look", "{}"),))
    assert [(one.model, one.schema, one.tools, one.api_key) for one in called] == [("m", schema, tools, KEY)]
    assert (called[0].usd_left, made.usd_left) == (1.0, 0.75)
    Remote(Line()).call(replace(asked, usd_left=0.5, fixed=3, sample=2))  # type: ignore[arg-type] # as above
    assert (called[1].usd_left, called[1].fixed, called[1].sample, called[1].seed) == (0.5, 3, 2, called[0].seed)


CLOSED = """\
import ctypes, sys
from agent_ci.keeper import _close_to_others
_close_to_others()
sys.exit(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_keeper_cannot_be_looked_into() -> None:
    assert subprocess.run([sys.executable, "-c", CLOSED], check=False).returncode == 0


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, False, id="no-secret"),
        pytest.param({"A_TOKEN": "secret-value"}, True, id="a-secret"),
        pytest.param({"A_TOKEN": "secret-value", kept.VARIABLE: "3"}, False, id="already-kept"),
        pytest.param({"AGENT_CI_MAX_TOKENS": "200000"}, False, id="a-limit"),
    ],
)
def test_a_keeper_is_there_exactly_where_there_are_secrets(environment: Mapping[str, str], expected: bool) -> None:  # noqa: FBT001
    assert is_needed(environment) is expected
