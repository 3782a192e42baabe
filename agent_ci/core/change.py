"""A change as git sees it: the paths and modes of the resulting tree, and the patch that leads there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

REGULAR = "100644"
EXECUTABLE = "100755"
ABSENT = "000000"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One row of ``git diff-tree --raw``: what happened to one path.

    Modes are git's six octal digits; ABSENT stands for "not there". ``status`` is git's letter (A, M, D, T;
    renames are not detected, so that both names are judged). ``added`` and ``removed`` count lines.
    """

    path: str
    status: str
    old_mode: str
    new_mode: str
    added: int = 0
    removed: int = 0
    is_binary: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """A change that git made canonical: *tree* is what *diff* leads to from *base_tree*.

    All three are in git's own notation: two tree ids, and a unified diff with full blob ids.
    """

    diff: str = field(repr=False)
    files: tuple[ChangedFile, ...]
    base_tree: str
    tree: str

    @property
    def sha256(self) -> str:
        """The digest of the diff, which names the patch everywhere."""
        return hashlib.sha256(self.diff.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def added(self) -> int:
        """Lines added over all files."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """Lines removed over all files."""
        return sum(file.removed for file in self.files)

    @property
    def size(self) -> int:
        """Lines touched, the measure by which of two proven patches the smaller wins."""
        return self.added + self.removed


@dataclass(frozen=True, slots=True)
class ChangedText:
    """One changed file as text: what it was and what it becomes; None where it is not there.

    Both keep every byte: UTF-8, and what is none as surrogates.
    """

    path: str
    before: str | None
    after: str | None
