"""What a model was asked and said becomes a recording that holds each reply to its question."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.questions.prompt import Template
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.jobs import fix
from agent_ci.memory import TRIED
from agent_ci.model import recording
from agent_ci.model.exchanges import exchanges, record
from agent_ci.model.faults import FaultError, FaultKind
from agent_ci.model.transport import Answer, Request
from agent_ci.proposers import model
from agent_ci.templates import template
from tests.red import GOOD, QUICK, QUICK_FILES, WRONG, RedRepository, Run


def asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    repository: RedRepository | None = None,
    answers: Sequence[str] = (WRONG, GOOD),
) -> tuple[RedRepository, Run]:
    """A run in which the model gives *answers*, and the repository that it was about.

    The calls stop before litellm, whose import costs more than all else here; tests/test_model_run.py goes further.
    """
    left = iter(answers)
    monkeypatch.setattr(
        model, "call", lambda _request: Answer(next(left), "stop", prompt_tokens=9, completion_tokens=9)
    )
    repository = repository or RedRepository.make(tmp_path, QUICK_FILES)
    return repository, repository.run(proposer=("model",), model="scripted", **QUICK)


def changed(id_: str) -> Template:
    """The prompt *id_* with one character more."""
    shipped = template(id_)
    return Template(id_, f"{shipped.text}.")


def test_a_run_is_repeated_byte_for_byte_and_one_character_of_a_prompt_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, first = asked(tmp_path, monkeypatch)
    cassette = tmp_path / "case.jsonl"
    command = [sys.executable, "-m", "agent_ci", "record", str(first.out / "audit.jsonl"), "--into", str(cassette)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert told.startswith(f"2 questions with the replies in {cassette}; on the same commit")
    replay: dict[str, Any] = {"proposer": ("replay",), "cassette": str(cassette), **QUICK}
    again = repository.run(**replay)
    assert (first.outcome, again.outcome, again.document["cost"]["calls"]) == ("fixed", "fixed", 2)
    assert again.document["patch"] == first.document["patch"]
    monkeypatch.setattr(fix, "template", changed)
    other = repository.run(**replay)
    assert other.outcome == "usage_error"
    assert f"reply 1 of {cassette}: the question is not the one that was recorded: line " in other.document["reason"]
    monkeypatch.undo()
    monkeypatch.setattr(recording, "template", changed)
    assert "the prompt system.v8 is not the one that was recorded" in repository.run(**replay).document["reason"]


def test_the_next_run_tells_the_model_what_was_tried_in_vain_and_its_recording_holds_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, first = asked(tmp_path, monkeypatch)
    assert first.outcome == "fixed"
    _, again = asked(tmp_path, monkeypatch, repository)
    cassette = tmp_path / "case.jsonl"
    record(again.out / "audit.jsonl", cassette)
    row = json.loads(cassette.read_text(encoding="utf-8").splitlines()[0])
    assert "an earlier run" in row["question"]
    assert "+    return a * b" in row["question"]
    assert "still red" in row["question"]
    (again.out / TRIED).unlink()
    assert repository.run(proposer=("replay",), cassette=str(cassette), **QUICK).outcome == "fixed"


def test_with_two_models_each_answer_is_told_with_its_name_and_the_recording_repeats_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"weak": iter((WRONG, WRONG.replace("*", "/"), WRONG.replace("*", "%"))), "strong": iter((GOOD,))}
    monkeypatch.setattr(model, "call", lambda request: Answer(next(answers[request.model]), "stop"))
    repository = RedRepository.make(tmp_path, QUICK_FILES)
    first = repository.run(proposer=("model",), model=("weak", "strong"), **QUICK)
    names = ["weak", "weak", "weak", "strong"]
    assert (first.outcome, [attempt["model"] for attempt in first.document["attempts"]]) == ("fixed", names)
    versions = first.document["versions"]
    assert (versions["model"], versions["models"]) == ("weak", ["weak", "strong"])
    assert "3. model (weak): " in (first.out / "explanation.md").read_text(encoding="utf-8")
    cassette = tmp_path / "case.jsonl"
    record(first.out / "audit.jsonl", cassette)
    again = repository.run(proposer=("replay",), cassette=str(cassette), **QUICK)
    assert [attempt["model"] for attempt in again.document["attempts"]] == names
    assert again.document["patch"] == first.document["patch"]


def test_that_a_model_could_not_be_had_is_told_and_the_recording_repeats_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(request: Request) -> Answer:
        if request.model == "weak":
            raise FaultError(FaultKind.REJECTED, "no", status=400)
        return Answer(GOOD, "stop")

    monkeypatch.setattr(model, "call", call)
    repository = RedRepository.make(tmp_path, QUICK_FILES)
    first = repository.run(proposer=("model",), model=("weak", "strong"), **QUICK)
    [attempt] = first.document["attempts"]
    assert (first.outcome, attempt["model"], attempt["cost"]["calls"]) == ("fixed", "strong", 2)
    told = "the model weak at the provider's own endpoint rejected the request"
    assert attempt["note"].startswith(told)
    assert f"- {told}" in (first.out / "explanation.md").read_text(encoding="utf-8")
    record(first.out / "audit.jsonl", tmp_path / "case.jsonl")
    again = repository.run(proposer=("replay",), cassette=str(tmp_path / "case.jsonl"), **QUICK)
    assert (again.outcome, again.document["attempts"][0]["model"]) == ("fixed", "strong")


def test_a_recording_with_ideas_that_are_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    path.write_text('{"text": "a", "tried": [{"offered": "b"}]}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="has something other than ideas with objections as `tried`"):
        list(recording.recorded(path))


def event(number: int, name: str, **facts: object) -> dict[str, object]:
    return {"seq": number, "event": name, **facts}


def request(text: str, *more: str) -> dict[str, object]:
    messages = [{"role": "user", "text": part} for part in ("the prompt", text, *more)]
    named = {"prompt": "p.v1", "prompt_sha256": "d", "question_sha256": f"sha of {text}"}
    return event(0, "model.request", messages=messages, **named)


def reply(text: str, usd: float | None = None) -> dict[str, object]:
    return event(0, "model.reply", text=text, usd=usd, prompt_tokens=3, completion_tokens=None)


def pairs(*events: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr("agent_ci.model.exchanges.first_break", lambda _text: None)
    found = exchanges("".join(f"{json.dumps(one)}\n" for one in events))
    return [(row["question"], row["text"]) for row in found]


LOOK = "LOOK read calc.py:1-9"
SHRUNK, FAULT, UNFORMED = (event(0, f"model.{name}") for name in ("shrunk", "fault", "unformed"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((request("q"), FAULT, request("q"), reply("a")), [("q", "a")]),
        ((request("long"), FAULT, SHRUNK, request("short"), reply("a")), [("long", "a")]),
        ((request("q"), reply("a"), request("q", "a", "go on"), reply("b")), [("q", "ab")]),
        (
            (request("q"), reply("a"), request("q", "a", "go on"), FAULT, request("r"), reply("c")),
            [("q", "a"), ("r", "c")],
        ),
        ((request("filtered"), FAULT, request("r"), reply("c")), [("r", "c")]),
        ((request("q"), reply(LOOK), request("q\n\nseen"), reply(LOOK), request("q\n\nall"), reply("a")), [("q", "a")]),
        ((request("q"), reply(LOOK), request("r"), reply("c")), [("q", LOOK), ("r", "c")]),
        ((request("q"), reply("a"), request("q, again"), reply("b")), [("q", "a"), ("q, again", "b")]),
        (
            (request("q"), reply("{"), UNFORMED, request("q"), reply("a"), request("q", "a", "go on"), reply("b")),
            [("q", "ab")],
        ),
        (
            (request("q"), reply(LOOK), request("q\n\nseen"), reply("{"), UNFORMED, request("q\n\nseen"), reply("a")),
            [("q", "a")],
        ),
    ],
    ids=[
        "retried",
        "made shorter",
        "continued",
        "not continued",
        "refused",
        "looked twice",
        "looked in vain",
        "asked more",
        "asked again without a schema",
        "asked again without a schema after a look",
    ],
)
def test_each_reply_is_kept_with_the_question_that_it_answers(
    events: tuple[dict[str, object], ...], expected: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pairs(*events, monkeypatch=monkeypatch) == expected


def test_a_log_that_was_changed_or_is_of_something_else_is_not_recorded(tmp_path: Path) -> None:
    log, into = tmp_path / "audit.jsonl", tmp_path / "case.jsonl"
    for text, kind in (("x\n", UsageError), ("", UsageError)):
        log.write_text(text, encoding="utf-8")
        with pytest.raises(kind):
            record(log, into)
    with pytest.raises(UnsupportedError, match="does not exist"):
        record(tmp_path / "none", into)
    assert not into.exists()


def test_a_recording_that_is_there_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_ci.model.exchanges.first_break", lambda _text: None)
    log, into = tmp_path / "audit.jsonl", tmp_path / "case.jsonl"
    log.write_text(f"{json.dumps(request('q'))}\n{json.dumps(reply('a'))}\n", encoding="utf-8")
    into.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        record(log, into)
    assert into.read_text(encoding="utf-8") == "mine"


def test_a_run_with_looks_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, first = asked(tmp_path, monkeypatch, answers=(LOOK, GOOD))
    assert (first.outcome, first.document["cost"]["calls"]) == ("fixed", 2)
    cassette = tmp_path / "case.jsonl"
    assert record(first.out / "audit.jsonl", cassette).startswith("1 question with the reply")
    again = repository.run(proposer=("replay",), cassette=str(cassette), **QUICK)
    assert (again.outcome, again.document["patch"]) == ("fixed", first.document["patch"])
