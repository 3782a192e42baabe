"""Finds where in the copy a file lies that a report names: absolutely, from the project's folder, or by its end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath

from agent_ci.core.originals import Originals
from agent_ci.core.report import TestCase
from agent_ci.core.source_maps import MAX_CHARACTERS
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

_NEVER_BELOW = frozenset({".git", "node_modules", "target", "__pycache__"})


@dataclass(frozen=True)
class Files:
    """The files of a copy in *root*, of which the project in *folder*, an absolute path, is tested."""

    root: Path
    folder: Path

    def placed(self, case: TestCase) -> TestCase:
        """*case* with its file relative to the root; as it is where no file, or several, can be meant.

        What it says of generated code is told of the sources, where a source map in the copy says which.
        """
        case = replace(case, file=self._place(case.file, case.classname)) if case.file else case
        return self._originals.case(case)

    @cached_property
    def _originals(self) -> Originals:
        return Originals(Texts(self.root), str(self.root))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The files of the project, relative to its folder, but for installed packages and what a build left."""
        return tuple(path.relative_to(self.folder).as_posix() for path in _walked(self.folder))

    def _place(self, file: str, within: str) -> str:
        path = PurePath(file)
        if path.is_absolute():
            return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else file
        if ".." in path.parts:
            return file
        for folder in (self.folder, self.root):
            if (folder / path).is_file():
                return (folder / path).relative_to(self.root).as_posix()
        ending = [known for known in self._every.get(path.name, ()) if f"/{known}".endswith(f"/{path.as_posix()}")]
        held = [known for known in ending if f"/{within}/".endswith(f"/{PurePath(known).parent.as_posix()}/")]
        likely = held or ending
        return likely[0] if len(likely) == 1 else file

    @cached_property
    def _every(self) -> dict[str, list[str]]:
        """Every file of the project by its name."""
        found: dict[str, list[str]] = {}
        for name in self.names:
            path = self.folder / name
            found.setdefault(path.name, []).append(path.relative_to(self.root).as_posix())
        return found


@dataclass(frozen=True)
class Texts(Mapping[str, str]):
    """The files of the copy in *root* by their path in it, read when they are asked for."""

    root: Path

    def __getitem__(self, path: str) -> str:
        try:
            with open_regular(Path(path), root=self.root, max_bytes=MAX_CHARACTERS) as file:
                return file.read(MAX_CHARACTERS).decode("utf-8", "replace")
        except (UnsupportedError, OSError) as error:
            raise KeyError(path) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return Files(self.root, self.root).names


def _walked(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NEVER_BELOW]
        yield from (Path(where, name) for name in names)
