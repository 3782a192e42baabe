"""Reads the recorded replies of a model, to repeat a run, to demonstrate one, and to test without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.run import Cost
from agent_ci.errors import UsageError


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reply: its text and what it cost then; ``cause`` and ``objection`` are empty where none was recorded."""

    text: str
    cost: Cost
    cause: str = ""
    objection: str = ""


def recorded(path: Path) -> Iterator[Recorded]:
    """The replies in the file *path*, in order, each as one call. Raises UsageError for a file that cannot be used.

    The file holds one JSON object a line, blank lines aside: ``text`` (required, a string), and optionally
    ``prompt_tokens``, ``completion_tokens``, ``usd``, ``seconds`` (numbers), ``cause`` and ``objection``
    (strings). Other keys are ignored, so lines of an audit log's ``model.reply`` events can be used. A price
    that is not recorded stays unknown.
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
        for name in ("cause", "objection"):
            if not isinstance(found.get(name, ""), str):
                raise self._broken(f"has something other than a string as `{name}`")
        return Recorded(found["text"], self._cost(found), found.get("cause", ""), found.get("objection", ""))

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
