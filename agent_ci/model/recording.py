"""Reads the recorded replies of a model, to repeat a run, to demonstrate one, and to test without a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.core.questions.prompt import PromptError
from agent_ci.core.run import Attempt, Cost, tried_before
from agent_ci.errors import UsageError
from agent_ci.templates import template

_SHOWN = 60  # characters of a line that differs, from where it differs
_OF_A_QUESTION = ("question", "question_sha256", "prompt", "prompt_sha256", "model")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reply: its text and what it cost then; ``cause`` and ``objection`` are empty where none was recorded.

    ``question`` is what was asked, without secrets, ``question_sha256`` the digest of what was sent, and ``prompt`` and
    ``prompt_sha256`` name the prompt before it, ``model`` is the name of the one that was asked, and ``tried`` is what
    earlier runs had tried and the question told of; all are empty where they were not recorded.
    """

    text: str
    cost: Cost
    cause: str = ""
    objection: str = ""
    question: str = ""
    question_sha256: str = ""
    prompt: str = ""
    prompt_sha256: str = ""
    model: str = ""
    tried: tuple[Attempt, ...] = ()

    def difference(self, *questions: str) -> str:
        """Why this is no reply to any of *questions*, of which the first is the usual one; empty where it is one.

        A reply that was recorded without its question fits all of them.
        """
        if self.prompt and _digest_of(self.prompt) != self.prompt_sha256:
            return f"the prompt {self.prompt} is not the one that was recorded"
        if not self.question_sha256 or self.question_sha256 in map(_sha256, questions):
            return ""
        return _first_difference(self.question, questions[0])


def recorded(path: Path) -> Iterator[Recorded]:
    """The replies in the file *path*, in order, each as one call. Raises UsageError for a file that cannot be used.

    The file holds one JSON object a line, blank lines aside: ``text`` (required, a string), and optionally
    ``prompt_tokens``, ``completion_tokens``, ``usd``, ``seconds`` (numbers), ``cause``, ``objection``, ``question``,
    ``question_sha256``, ``prompt``, ``prompt_sha256`` and ``model`` (strings), and ``tried`` (a list of objects). Other
    keys are ignored, so lines of an audit log's ``model.reply`` events can be used. A price that is not recorded stays
    unknown.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(
            f"the recorded replies in {path} cannot be read ({reason}); name another file with --cassette"
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _Line(path, number).reply(line)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest_of(prompt: str) -> str:
    try:
        return template(prompt).sha256
    except PromptError:
        return ""


def _first_difference(old: str, new: str) -> str:
    """Where *new* is another question than *old*, in a sentence."""
    before, after = old.split("\n"), new.split("\n")
    pairs = zip(before, after, strict=False)
    number = next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after)))
    lines = [text[number] if number < len(text) else "" for text in (before, after)]
    column = next((at for at, (one, other) in enumerate(zip(*lines, strict=False)) if one != other), 0)
    was, now = (repr(line[max(0, column - 10) :][:_SHOWN]) for line in lines)
    return f"the question is not the one that was recorded: line {number + 1} was {was} and is {now}"


@dataclass(frozen=True, slots=True)
class _Line:
    """The line *number* of *path*, for sentences about it."""

    path: Path
    number: int

    def reply(self, line: str) -> Recorded:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._broken("is not valid JSON") from error
        if not isinstance(found, dict) or not isinstance(found.get("text"), str):
            raise self._broken("is not an object with the string `text`")
        for name in ("cause", "objection", *_OF_A_QUESTION):
            if not isinstance(found.get(name, ""), str):
                raise self._broken(f"has something other than a string as `{name}`")
        said = {name: found.get(name, "") for name in ("cause", "objection", *_OF_A_QUESTION)}
        return Recorded(found["text"], self._cost(found), **said, tried=self._tried(found))

    def _tried(self, found: Mapping[str, Any]) -> tuple[Attempt, ...]:
        try:
            return tuple(
                tried_before(str(one["offered"]), map(str, one["objections"])) for one in found.get("tried", ())
            )
        except (TypeError, KeyError) as error:
            raise self._broken("has something other than ideas with objections as `tried`") from error

    def _cost(self, found: Mapping[str, object]) -> Cost:
        return Cost(
            calls=1,
            prompt_tokens=int(self._number(found, "prompt_tokens") or 0),
            completion_tokens=int(self._number(found, "completion_tokens") or 0),
            usd=self._number(found, "usd"),
            seconds=self._number(found, "seconds") or 0.0,
        )

    def _number(self, found: Mapping[str, object], name: str) -> float | None:
        value = found.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise self._broken(f"has something other than a number from 0 up as `{name}`")
        return float(value)

    def _broken(self, what: str) -> UsageError:
        return UsageError(f"line {self.number} of {self.path} {what}; each line must be one recorded reply")
