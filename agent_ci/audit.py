"""The append-only, hash-chained record of a run: each prompt, reply, command and decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_GENESIS = "0" * 64


@dataclass
class AuditLog:
    """Appends JSON lines to *path*; each carries the digest of the one before, so that a gap shows.

    *redact* removes secrets from every line before it is written.
    """

    path: Path
    redact: Callable[[str], str]
    _last: str = field(default=_GENESIS, init=False)
    _count: int = field(default=0, init=False)

    def record(self, event: str, **facts: object) -> None:
        """Append one event."""
        body = json.dumps({"seq": self._count, "event": event, **facts, "previous": self._last}, default=str)
        line = self.redact(body)
        self._last = hashlib.sha256(line.encode()).hexdigest()
        self._count += 1
        with self.path.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")


def first_break(text: str) -> int | None:
    """The 0-based number of the first line of an audit log that does not follow from the one before it."""
    last = _GENESIS
    for number, line in enumerate(text.splitlines()):
        try:
            previous = json.loads(line)["previous"]
        except (ValueError, KeyError, TypeError):
            return number
        if previous != last:
            return number
        last = hashlib.sha256(line.encode()).hexdigest()
    return None
