"""What one measured bug is: a tree that is red, the tree that is right, and how its tests are run."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from bench.repositories import write

TUNING, VALIDATION = "tuning", "validation"
_LEFT_OUT = ("__pycache__", ".git", ".pytest_cache")


@dataclass(frozen=True)
class Tree:
    """The files below *folder*, of which those in *changed* have another text."""

    folder: Path
    changed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    id: str = "0" * 40

    def paths(self) -> tuple[str, ...]:
        """As of a tree of git's."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        names = (path.relative_to(self.folder) for path in files)
        return tuple(sorted(name.as_posix() for name in names if not set(_LEFT_OUT) & set(name.parts)))

    def read(self, path: str) -> bytes:
        """As of a tree of git's."""
        if path in self.changed:
            return self.changed[path].encode()
        return (self.folder / path).read_bytes()

    def export(self, into: Path) -> None:
        """As of a tree of git's."""
        shutil.copytree(self.folder, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        write(into, self.changed)


@dataclass(frozen=True)
class Case:
    """A bug: *path* reads *wrong* where it should read *right*; all else stands in *folder*.

    ``group`` is the package, or the kind of bug; ``tests`` are the paths that pytest gets, ``roots`` the folders that
    are imported from, and ``python`` the interpreter that has what the tests need.
    """

    name: str
    group: str
    folder: Path
    path: str
    right: str = field(repr=False)
    wrong: str = field(repr=False)
    python: str
    tests: tuple[str, ...] = ()
    roots: tuple[str, ...] = (".",)

    @property
    def half(self) -> str:
        """The half that the bug is in, by the hash of its name: chosen before anything was tuned."""
        return half_of(self.name)

    @property
    def red(self) -> Tree:
        """The tree with the bug."""
        return Tree(self.folder, {self.path: self.wrong})

    def with_text(self, text: str) -> Tree:
        """The tree in which the changed file reads *text*."""
        return Tree(self.folder, {self.path: text})


def half_of(name: str) -> str:
    """The half that the hash of *name* says."""
    return VALIDATION if hashlib.sha256(name.encode()).digest()[0] & 1 else TUNING


def by_hash(case: Case) -> bytes:
    """Sorts bugs as if by chance, and always in the same order."""
    return hashlib.sha256(f"order of {case.name}".encode()).digest()
