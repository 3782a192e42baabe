"""Makes a recording of a model's replies out of the audit log of the run that asked for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent_ci.audit import first_break
from agent_ci.core.questions.answer import joined
from agent_ci.core.questions.looks import looks
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.files import open_regular

_MAX_BYTES = 256_000_000


def record(audit: Path, into: Path) -> str:
    """Write what a model was asked and said by the log *audit* as the new file *into*; the sentence that says so.

    Raises UsageError where there is nothing to record, or no place for it, and UnsupportedError for what is no log.
    """
    with open_regular(audit, max_bytes=_MAX_BYTES) as file:
        text = file.read(_MAX_BYTES).decode("utf-8", "replace")
    try:
        rows = list(exchanges(text))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnsupportedError(f"{audit} is no audit log of this release ({type(error).__name__}: {error})") from error
    if not rows:
        raise UsageError(f"no model was asked in the run of {audit}, so there is nothing to record")
    try:
        with into.open("x", encoding="utf-8") as file_of_ours:
            file_of_ours.writelines(f"{json.dumps(row)}\n" for row in rows)
    except OSError as error:
        raise UsageError(f"{into} cannot be written ({error.strerror}); name a new file with --into") from error
    count = f"{len(rows)} question{'s' if len(rows) > 1 else ''} with the repl{'ies' if len(rows) > 1 else 'y'}"
    return f"{count} in {into}; on the same commit, `agent-ci fix --proposer replay --cassette {into}` repeats the run"


def exchanges(audit: str) -> Iterator[dict[str, Any]]:
    """The questions and replies that the text of an audit log tells of, each pair as a line of a recording.

    A reply that was continued is one, and so is one after others that only asked to see more. Raises UsageError for a
    text that is no audit log, or one that was changed.
    """
    if (number := first_break(audit)) is not None:
        raise UsageError(
            f"line {number + 1} of the audit log does not follow from the one before it; nothing is recorded"
        )
    dialogue = _Dialogue()
    for event in map(json.loads, audit.splitlines()):
        yield from dialogue.ended_by(event)
    yield from filter(None, (dialogue.kept,))


@dataclass
class _Dialogue:
    """The question that is open, and the reply to it that is *kept* until another question shows that it is whole.

    ``looked`` is one that asked to see more, ``earlier`` what the question told of other runs.
    """

    asked: Mapping[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    looked: Mapping[str, Any] = field(default_factory=dict)
    earlier: Sequence[Any] = ()
    is_shorter: bool = False

    def ended_by(self, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Hear *event*; the exchange that it shows to be whole, if any."""
        match event["event"]:
            case "model.request":
                yield from self._ask(event)
            case "model.reply":
                self._hear(event)
            case "model.tried":
                self.earlier = event["ideas"]
            case "model.shrunk":
                self.is_shorter = True  # the next request asks less than was asked
            case "model.unformed":
                self.looked, self.kept = self.kept, {}  # the next reply takes its place

    def _ask(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if len(request["messages"]) > 2:  # noqa: PLR2004 - prompt, question, and more
            self.asked = {}
        elif _shows_more(self.kept, request):
            self.looked, self.kept, self.asked = self.kept, {}, {}
        else:
            yield from filter(None, (self.kept,))
            self.kept, self.asked = {}, self.asked if self.is_shorter else request
            self.is_shorter = False

    def _hear(self, reply: Mapping[str, Any]) -> None:
        if self.looked:
            self.kept, self.looked = {**_continued(self.looked, reply), "text": reply["text"]}, {}
        else:
            self.kept = _continued(self.kept, reply) if self.kept else _exchange(self.asked, reply, self.earlier)
        self.asked = {}


def _shows_more(kept: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether *request* is the question of *kept* once more, with what its reply asked to see."""
    asks = bool(kept) and bool(looks(kept["text"]))
    return asks and request["messages"][1]["text"].startswith(kept["question"])


def _exchange(asked: Mapping[str, Any], reply: Mapping[str, Any], earlier: Sequence[Any]) -> dict[str, Any]:
    costs = {name: reply[name] for name in ("prompt_tokens", "completion_tokens", "usd") if reply[name] is not None}
    told = {name: asked[name] for name in ("prompt", "prompt_sha256", "question_sha256", "model") if name in asked}
    known = {"tried": earlier} if earlier else {}
    return {"text": reply["text"], **costs, **told, "question": asked["messages"][1]["text"] if asked else "", **known}


def _continued(before: Mapping[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
    counted = {name: before.get(name, 0) + (reply[name] or 0) for name in ("prompt_tokens", "completion_tokens")}
    is_priced = "usd" in before and reply["usd"] is not None
    priced = {"usd": before["usd"] + reply["usd"]} if is_priced else {}
    rest = {name: value for name, value in before.items() if name != "usd"}
    return {**rest, **counted, **priced, "text": joined(before["text"], reply["text"])}
