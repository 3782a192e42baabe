"""Runs in the user's interpreter: watches which lines a test runs, and what runs after those that decide."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...proposers.search.kit.localise import Lines
from ...proposers.search.kit.suite import Watch
from ...runners.coverage_kit.collector import Monitoring, Record, Tracing
from ...runners.coverage_kit.following import Deciding
from ...sandbox_kit.children import Message


@dataclass(frozen=True)
class Following(Watch):
    """Watches as its base does, and tells what ran after the *deciding* lines, by path."""

    deciding: Mapping[str, Collection[int]] = field(default_factory=dict)
    _arcs: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    @contextmanager
    def observing(self) -> Iterator[Lines]:
        """Observe while it is open; what was seen is there once it is closed."""
        record = Record(self.files.root, Deciding(self.deciding))
        mechanism = (Monitoring if sys.version_info >= (3, 12) else Tracing)(record)
        lines: Lines = {}
        mechanism.start()
        try:
            yield lines
        finally:
            mechanism.stop()
            lines.update({path: own for path, own in record.lines.items() if self.files.is_suspect(path)})
            self._arcs.update({path: sorted(arcs) for path, arcs in record.followed.items()})

    def told(self) -> Message:
        """The arcs that were seen."""
        return {"arcs": self._arcs}
