"""The proposer that answers from a recording: to reproduce a run, to demonstrate one, to test without a model."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from agent_ci.core.questions.answer import cause
from agent_ci.core.run import Attempt, Cost, Evidence, Reply
from agent_ci.errors import UsageError
from agent_ci.ports import Workbench


class Replay:
    """Offers the replies recorded in *path*, in order, each as one call.

    The file holds one JSON object a line, blank lines aside: ``text`` (required, a string), and optionally
    ``prompt_tokens``, ``completion_tokens``, ``usd``, ``seconds`` (numbers), ``cause`` and ``objection``
    (strings). Other keys are ignored, so lines of an audit log's ``model.reply`` events can be used. A price
    that is not recorded stays unknown.
    """

    def __init__(self, *, path: Path) -> None:
        self._path = path

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer the recorded replies. Raises UsageError before the first where the file cannot be used."""
        del evidence, attempts, workbench  # a recording answers what was asked then
        for reply in tuple(self._replies()):  # noqa: UP028 - `yield from` a tuple cannot be sent an attempt
            yield reply

    def _replies(self) -> Iterator[Reply]:
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(
                f"the recorded replies in {self._path} cannot be read ({reason}); name another file with --cassette"
            ) from error
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield self._reply(line, number)

    def _reply(self, line: str, number: int) -> Reply:
        try:
            recorded = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._broken(number, "is not valid JSON") from error
        if not isinstance(recorded, dict) or not isinstance(recorded.get("text"), str):
            raise self._broken(number, "is not an object with the string `text`")
        for name in ("cause", "objection"):
            if not isinstance(recorded.get(name, ""), str):
                raise self._broken(number, f"has something other than a string as `{name}`")
        return Reply(
            "replay",
            recorded["text"],
            self._cost(recorded, number),
            cause=recorded.get("cause") or cause(recorded["text"]),
            objection=recorded.get("objection", ""),
        )

    def _cost(self, recorded: Mapping[str, object], number: int) -> Cost:
        usd = self._number(recorded, "usd", number)
        return Cost(
            calls=1,
            prompt_tokens=int(self._number(recorded, "prompt_tokens", number) or 0),
            completion_tokens=int(self._number(recorded, "completion_tokens", number) or 0),
            usd=usd,
            seconds=self._number(recorded, "seconds", number) or 0.0,
        )

    def _number(self, recorded: Mapping[str, object], name: str, number: int) -> float | None:
        value = recorded.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise self._broken(number, f"has something other than a number from 0 up as `{name}`")
        return float(value)

    def _broken(self, number: int, what: str) -> UsageError:
        return UsageError(f"line {number} of {self._path} {what}; each line must be one recorded reply")
