"""A tree and a workbench over plain files."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from agent_ci.ports import Workspace


@dataclass(frozen=True)
class Folder:
    """The files in *root*; nothing is run there, and nothing asked."""

    root: Path
    id: str = "tree"

    @property
    def tree(self) -> Folder:
        return self

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def export(self, into: Path) -> None:
        shutil.copytree(self.root, into, dirs_exist_ok=True)

    def question(self, attempts: object) -> str:
        raise AssertionError(f"nothing is asked ({attempts})")

    def open(self) -> AbstractContextManager[Workspace]:
        raise AssertionError("nothing is run")

    def seconds_left(self) -> float:
        return 60.0
