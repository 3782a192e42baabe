"""A run as a check of a commit: how it ended in the words of a forge, and a note on each line that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent_ci.core.note import Note
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import inert
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.views.account import Account, Place, read
from agent_ci.core.views.summary import summary

_NEUTRAL = frozenset({Outcome.EXPLAINED, Outcome.FLAKY, Outcome.BASE_RED, Outcome.CANNOT_REPRODUCE, Outcome.STALE})
_TITLE = 200  # characters; GitHub takes 255
_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class CheckRun:
    """*conclusion* is success, neutral, failure or cancelled; *summary* is Markdown for ``Sink.COMMENT``.

    Source: "Create a check run" in GitHub's REST reference, which takes at most 50 annotations per request.
    """

    conclusion: str
    title: str
    summary: str
    notes: tuple[Note, ...]


def check_run(document: Mapping[str, object], patch: str = "") -> CheckRun:
    """The check for *document*, the content of ``evidence.json``."""
    account = read(document)
    notes = tuple(dict.fromkeys(_annotations(account)))
    return CheckRun(_conclusion(account), inert(account.headline, limit=_TITLE), summary(account, patch), notes)


def _conclusion(account: Account) -> str:
    outcome = account.known_outcome
    if outcome is Outcome.CANCELLED:
        return "cancelled"
    if outcome in _NEUTRAL or account.is_revert:
        return "neutral"
    return "success" if outcome and outcome.exit_code == 0 else "failure"


def _annotations(account: Account) -> Iterator[Note]:
    level = _LEVELS.get(account.known_outcome, "failure")
    yield from (_note(place, level, place.name) for place in account.failures if place.is_inside)
    yield from (_note(place, "warning", place.name or "in the log") for place in account.findings if place.is_inside)
    if not account.is_proven:
        yield from (_note(place, "notice", f"Look here: {place.name}") for place in account.suspects if place.is_inside)


_LEVELS: Mapping[Outcome | None, str] = MappingProxyType({Outcome.FLAKY: "warning", Outcome.BASE_RED: "warning"})


def _note(place: Place, level: str, title: str) -> Note:
    line = place.line or 1
    message = cleaned(place.message).text[:_MESSAGE] or "failed"
    return Note(place.file, line, line, level, inert(title, limit=_TITLE), message)
