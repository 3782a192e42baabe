"""Trees that need no git: files written down in a test or a bench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.repositories import write


@dataclass(frozen=True)
class Files:
    """A tree that is held in memory."""

    content: Mapping[str, str]
    id: str = "0" * 40

    def paths(self) -> tuple[str, ...]:
        """As of a tree of git's."""
        return tuple(sorted(self.content))

    def read(self, path: str) -> bytes:
        """As of a tree of git's."""
        try:
            return self.content[path].encode()
        except KeyError as error:
            raise FileNotFoundError(path) from error

    def export(self, into: Path) -> None:
        """As of a tree of git's."""
        write(into, self.content)
