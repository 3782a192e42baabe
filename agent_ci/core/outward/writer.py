"""The one way out: every text that leaves the process passes here, on its way to a place that acts on some texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Protocol

from agent_ci.core.environment import secrets
from agent_ci.core.outward.markdown import tame
from agent_ci.core.outward.secrets import REDACTED, redact
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.outward.workflow import inactive, inactive_json
from agent_ci.errors import AgentCIError, RefusedError

_WITHHELD = "[this text was withheld: it could not be searched for secrets ({}); please report it as a bug]"
_CUT = "\n\n[cut here: this place takes {} bytes]\n"


class Sink(StrEnum):
    """Where a text goes."""

    TERMINAL = "terminal"
    LOG = "log"
    MARKDOWN = "markdown"
    JSON = "json"
    SUMMARY = "summary"
    COMMENT = "comment"
    ANNOTATION = "annotation"
    VARIABLE = "variable"
    COMMIT = "commit"
    PATCH = "patch"
    PROMPT = "prompt"


LIMITS: Mapping[Sink, int] = MappingProxyType(
    {
        Sink.SUMMARY: 1024 * 1024,  # GitHub drops a longer one whole
        Sink.COMMENT: 65_536,
        Sink.ANNOTATION: 4096,
        Sink.VARIABLE: 1024 * 1024,
    }
)
"""The most bytes that a place takes."""

_EXACT = frozenset({Sink.JSON, Sink.COMMIT, Sink.PROMPT})  # text that is data there, or was made inert before
_DOCUMENTS = frozenset({Sink.MARKDOWN, Sink.SUMMARY, Sink.COMMENT})
_FOLDING = frozenset({Sink.SUMMARY, Sink.COMMENT})  # a page that people scroll through


def _nothing(_text: str) -> tuple[str, ...]:
    return ()


class Guard(Protocol):
    """What knows the secrets, wherever it keeps them."""

    def removed(self, text: str) -> str:
        """*text* without them, in whatever encoding."""
        ...

    def named_in(self, text: str) -> tuple[str, ...]:
        """The names of those that *text* holds."""
        ...


@dataclass(frozen=True)
class Known:
    """Secrets that are kept here: *values* by the names of their variables."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def removed(self, text: str) -> str:
        """*text* without the values."""
        return redact(text, self.values.values())

    def named_in(self, text: str) -> tuple[str, ...]:
        """The names of the values that *text* holds."""
        return tuple(name for name, value in self.values.items() if redact(text, (value,)) != text)


@dataclass(frozen=True)
class Outward:
    """Makes texts fit to leave. ``secrets`` knows what must not.

    ``detect`` gives the pieces of a text that look like secrets nobody told us of, and ``hosts`` are those that a
    link may lead to.
    """

    secrets: Guard = field(default_factory=Known, repr=False)
    detect: Callable[[str], Iterable[str]] = _nothing
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        detect: Callable[[str], Iterable[str]] = _nothing,
        guard: Guard | None = None,
    ) -> Outward:
        """What knows the secrets of *environment*, or those of *guard*, and its forge."""
        servers = (environment.get(name, "") for name in ("GITHUB_SERVER_URL", "CI_SERVER_URL"))
        hosts = frozenset(url.partition("://")[2].strip("/").lower() for url in servers if url)
        return cls(guard or Known(secrets(environment)), detect, hosts)

    def to(self, sink: Sink, text: str) -> str:
        """*text* as it may go to *sink*; a sentence instead of all of it where that cannot be told.

        A patch is never changed, since what was proven would be another one: RefusedError is raised where it would be.
        """
        try:
            return self._checked(text) if sink is Sink.PATCH else self._ready(sink, text, self._detected(sink, text))
        except AgentCIError:
            raise  # a refusal, or a signal that ends the run
        except Exception as error:  # whatever it is, the text stays here
            if sink is Sink.PATCH:
                raise RefusedError(f"the patch {_WITHHELD.format(type(error).__name__)}") from error
            return _WITHHELD.format(type(error).__name__)

    def values(self, document: object) -> object:
        """*document* as JSON-like values, each text in it, keys included, as it may go to a file of JSON."""
        try:
            detected = self._detected(Sink.JSON, *_texts(document))
        except AgentCIError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            return _WITHHELD.format(type(error).__name__)
        # Names and ids come up again and again.
        return _mapped(document, cache(lambda text: self._value(text, detected)))

    def shown_json(self, text: str) -> str:
        """JSON *text* whose values passed ``values``, as it may go to a terminal or a log."""
        return inactive_json(text)

    def _value(self, text: str, detected: tuple[str, ...]) -> str:
        try:
            return self._ready(Sink.JSON, text, detected)
        except Exception as error:  # noqa: BLE001 - as above
            return _WITHHELD.format(type(error).__name__)

    def _detected(self, sink: Sink, *texts: str) -> tuple[str, ...]:
        """What looks like a secret, the longest first; a commit's message holds no raw text, and is not looked at.

        All *texts* are searched at once, and one by one where something goes on from one into the next.
        """
        found = () if sink is Sink.COMMIT else self._seen("\n".join(texts))
        if len(texts) > 1 and any("\n" in piece for piece in found):
            found += tuple(piece for text in texts for piece in self._seen(text))
        return tuple(sorted(set(found), key=len, reverse=True))

    def _seen(self, text: str) -> tuple[str, ...]:
        """What looks like a secret in *text* as it is, and as it is shown."""
        shown = cleaned(text).text
        return (*self.detect(shown), *(() if shown == text else self.detect(text)))

    def _ready(self, sink: Sink, text: str, detected: tuple[str, ...]) -> str:
        visible = text if sink in _EXACT and not _hides(text, detected) else cleaned(text).text
        safe = self.secrets.removed(visible)
        for piece in detected:
            safe = safe.replace(piece, REDACTED)
        if sink in _EXACT:
            return safe
        still = inactive(safe)
        if sink in _DOCUMENTS:
            return _fitting(sink, still, self.hosts)
        return _cut(still, LIMITS[sink]) if sink in LIMITS else still

    def _checked(self, patch: str) -> str:
        if self.secrets.removed(patch) == patch:
            return patch
        names = self.secrets.named_in(patch)
        raise RefusedError(
            f"the patch holds a secret, the value of {' and '.join(names) or 'a variable'}, so that it is neither "
            "written nor delivered; take the value out of the source, or give the variable another one"
        )


def _hides(text: str, pieces: tuple[str, ...]) -> bool:
    """Whether one of *pieces* stands in *text* with something between its signs that cannot be seen."""
    shown = cleaned(text).text if pieces else text
    return shown != text and any(shown.count(piece) > text.count(piece) for piece in pieces)


def _fitting(sink: Sink, text: str, hosts: frozenset[str]) -> str:
    """The document *text*, tamed, within the limit of *sink*; code that the cut goes through is closed before it."""
    limit, folds = LIMITS.get(sink), sink in _FOLDING
    document = tame(text if limit is None else _cut(text, limit + 1), hosts, folds=folds)
    if limit is None or _size(document) <= limit:
        return document
    notice = _CUT.format(limit)
    left = room = limit - len(notice)
    while left > 0 and _size(document) > room:  # a code block that is closed may be too long again
        document = tame(_cut(document, left), hosts, folds=folds)
        left -= max(1, _size(document) - room)
    return document + notice if left > 0 else notice


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _cut(text: str, limit: int) -> str:
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name)
            yield from _texts(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _texts(part)
    elif not _is_plain(value):
        yield str(value)


def _mapped(value: object, change: Callable[[str], str]) -> object:
    if _is_plain(value):
        return value
    if isinstance(value, Mapping):
        return {change(str(name)): _mapped(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mapped(part, change) for part in value]
    return change(str(value))


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float)
