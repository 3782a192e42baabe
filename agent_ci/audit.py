"""The append-only, hash-chained record of a run: each prompt, reply, command and decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_GENESIS = "0" * 64


@dataclass
class AuditLog:
    """Appends JSON lines to *path*; each carries the digest of the one before, so that a gap shows.

    *redact* removes secrets from every text in a fact before it is written. The chain itself is no such text: a
    secret of six digits may well occur in a digest.
    """

    path: Path
    redact: Callable[[str], str]
    _last: str = field(default=_GENESIS, init=False)
    _count: int = field(default=0, init=False)

    def record(self, event: str, **facts: object) -> None:
        """Append one event."""
        chain = {"seq": self._count, "event": event, "previous": self._last}
        line = json.dumps({**chain, **{name: self._clean(fact) for name, fact in facts.items()}, **chain})
        self._last = hashlib.sha256(line.encode()).hexdigest()
        self._count += 1
        with self.path.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    def _clean(self, fact: object) -> object:
        if fact is None or isinstance(fact, bool | int | float):
            return fact
        if isinstance(fact, Mapping):
            return {self.redact(str(name)): self._clean(part) for name, part in fact.items()}
        if isinstance(fact, list | tuple | set | frozenset):
            return [self._clean(part) for part in fact]
        return self.redact(str(fact))


def first_break(text: str) -> int | None:
    """The 0-based number of the first line of an audit log that does not follow from the one before it."""
    last = _GENESIS
    for number, line in enumerate(text.splitlines()):
        try:
            previous = json.loads(line)["previous"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return number
        if previous != last:
            return number
        last = hashlib.sha256(line.encode()).hexdigest()
    return None
