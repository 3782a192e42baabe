"""However asking a model ends (it fails, a limit, a signal), the notes are there, and it is said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent_ci import rewording
from agent_ci.errors import CancelledError, UsageError
from agent_ci.model.transport import Answer, Request
from tests.checkouts import NOBODY, Checkout
from tests.rewording.runs import CITED, GOOD, KEY, LIE, answer, drafted
from tests.servers.chat import ChatServer, Step, fails, says


@dataclass(frozen=True)
class Failing:
    """A model that answers with *step* every time, in *calls* calls, and what people are *said*."""

    step: Step
    calls: int | None
    said: str


@pytest.mark.parametrize(
    "failing",
    [
        Failing(fails(401, f"bad key {KEY}"), 1, "did not accept the key"),
        Failing(fails(404, "no such model"), 1, "does not exist"),
        Failing(says(""), 3, "the answer was empty"),
        Failing(Step(b""), 3, "could not be read"),
        Failing(says("I cannot help with that."), 3, "the answer is not JSON"),
        Failing(says('[{"ids": "#7", "section": 1, "text": null}]'), 3, "holds no line"),
        Failing(says("[" * 100_000), 3, "the answer is not JSON"),
        Failing(Step(b"{", silence=30.0), None, "in time"),
    ],
    ids=["key", "unknown", "empty", "nothing", "prose", "types", "deep", "late"],
)
def test_a_model_that_fails_leaves_the_notes_as_they_are_with_a_warning(
    checkout: Checkout, chat_server: ChatServer, tmp_path: Path, failing: Failing
) -> None:
    summary = tmp_path / "summary.md"
    summary.touch()
    around = {**NOBODY, "GITHUB_STEP_SUMMARY": str(summary)}
    chat_server.play(always=failing.step)
    run = drafted(checkout, chat_server, around, time_limit=60.0 if failing.calls else 1.5, quiet=True)
    assert (run.document["exit_code"], {*run.words.values()}) == (0, {"title"})
    assert f"- fix totals {CITED['#7']}\n" in run.read("notes.md")
    assert failing.calls in (None, len(chat_server.requests))
    assert run.said.startswith("warning: lines of the notes are titles")
    assert failing.said in run.said
    assert failing.said in summary.read_text()
    assert failing.said in run.ledger["model"]["failure"]
    assert [path.name for path in run.out.iterdir() if KEY.encode() in path.read_bytes()] == []


def test_a_warning_is_an_annotation_on_github_and_one_line_whatever_the_model_says(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    chat_server.play(always=fails(404, "50%\n::error::take this"))
    around = {**NOBODY, "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "shop/till", "GITHUB_EVENT_NAME": "push"}
    run = drafted(checkout, chat_server, around)
    (line,) = (line for line in run.said.splitlines() if line.startswith("::"))
    assert line.startswith("::warning::lines of the notes are titles")
    assert "50%25 ::error::take this;" in line


def test_the_cost_cap_ends_the_questions_and_keeps_what_holds(checkout: Checkout) -> None:
    lies = {**GOOD, "#7": ("Fixed", LIE)}
    path = checkout.root.parent / "cassette.jsonl"
    path.write_text(
        "".join(json.dumps({"text": answer(lies), "usd": 0.3, "prompt_tokens": 900}) + "\n" for _ in range(3))
    )
    run = drafted(checkout, None, proposer=("replay",), cassette=str(path))
    assert run.words == {"#7": "title", "#8": "model", "#9": "model"}
    assert run.document["cost"]["usd"] == pytest.approx(0.3)
    assert "beyond the limit of US$ 0.50 (US$ 0.3000 spent)" in run.said
    more = drafted(checkout, None, proposer=("replay",), cassette=str(path), max_cost=5.0)
    assert more.document["cost"]["usd"] == pytest.approx(0.9)


def test_the_limit_of_tokens_ends_the_questions(checkout: Checkout, chat_server: ChatServer) -> None:
    wrong = {**GOOD, "#7": ("Fixed", "Version 9.9.")}
    chat_server.play(always=says(answer(wrong), tokens=(150_000, 60_000)))
    run = drafted(checkout, chat_server)
    assert len(chat_server.requests) == 1
    assert run.words["#8"] == "model"
    assert "the limit of 200000 tokens was reached" in run.said


def test_a_signal_while_a_model_is_asked_ends_the_run_and_leaves_the_notes_without_one(
    checkout: Checkout, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_request: Request) -> Answer:
        raise CancelledError("stopped by SIGTERM")

    monkeypatch.setattr(rewording, "call_with", lambda _values: interrupted)
    with pytest.raises(CancelledError):
        drafted(checkout, chat_server)
    out = checkout.root / ".agent-ci"
    assert f"- fix totals {CITED['#7']}\n" in (out / "notes.md").read_text()
    assert "model" not in json.loads((out / "ledger.json").read_text())


def test_a_run_is_repeated_from_its_own_log(checkout: Checkout, chat_server: ChatServer) -> None:
    chat_server.play(says(answer(GOOD)))
    first = drafted(checkout, chat_server)
    rows = [line for line in first.read("audit.jsonl").splitlines() if '"event": "model.reply"' in line]
    cassette = checkout.root.parent / "replies.jsonl"
    cassette.write_text("\n".join(rows))
    again = drafted(checkout, None, proposer=("replay",), cassette=str(cassette))
    assert again.document["notes"] == first.document["notes"]
    assert len(chat_server.requests) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"proposer": ("replay",)}, "--cassette"),
        ({"proposer": ("replay",), "cassette": "gone.jsonl"}, "cannot be read"),
        ({"proposer": ("model",)}, "--model"),
    ],
    ids=["no cassette", "gone", "no model"],
)
def test_options_that_do_not_fit_are_usage_errors(checkout: Checkout, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        drafted(checkout, None, **given)
