"""The append-only, hash-chained record of a run: each prompt, reply, command and decision."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from agent_ci.core.outward.writer import Outward

_GENESIS = "0" * 64


@dataclass
class AuditLog:
    """Appends JSON lines to *path*; each carries the digest of the one before, so that a gap shows.

    Every text in a fact passes *outward* before it is written. The chain itself is no such text: a secret of six
    digits may well occur in a digest.
    """

    path: Path
    outward: Outward
    _last: str = field(default=_GENESIS, init=False)
    _count: int = field(default=0, init=False)

    def record(self, event: str, **facts: object) -> None:
        """Append one event."""
        chain = {"seq": self._count, "event": event, "previous": self._last}
        cleaned = {name: self.outward.values(fact) for name, fact in facts.items()}
        line = json.dumps({**chain, **cleaned, **chain})
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
        except (ValueError, KeyError, TypeError, RecursionError):
            return number
        if previous != last:
            return number
        last = hashlib.sha256(line.encode()).hexdigest()
    return None
