"""How a framework is recognised: by the files of a project, or by the words of a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Framework


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file by which a project is recognised: its folder's files relative to that folder, and what the file says."""

    name: str
    text: str
    files: tuple[str, ...]


def holds_all(outer: Manifest, folder: str, inner: Manifest) -> bool:
    """What is inside of a project is part of it."""
    del outer, folder, inner
    return True


def holds_none(outer: Manifest, folder: str, inner: Manifest) -> bool:
    """What is inside of a project is a project of its own."""
    del outer, folder, inner
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """How one framework is recognised.

    ``manifests`` are names of files, or ``*.`` and a suffix; ``found`` looks at one and says which framework it means,
    if it is this one. ``read`` is given the words of a command and returns the framework that they start, if it is this
    one. It can be run where all ``programs`` are there, of which the repository may bring the first as a wrapper, and
    ``installed``, a path below the project, exists (empty: nothing need). ``holds`` says whether the tests of a project
    run those of one inside of it: by the manifest of the outer one, the folder of the inner one relative to that, and
    the manifest of the inner one.
    """

    name: str
    manifests: tuple[str, ...]
    found: Callable[[Manifest], Framework | None]
    read: Callable[[tuple[str, ...]], Framework | None]
    programs: tuple[str, ...]
    installed: str = ""
    holds: Callable[[Manifest, str, Manifest], bool] = holds_all


def after(words: tuple[str, ...], *starts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words that follow the first of *starts* that *words* begin with; None where they begin with none."""
    return next((words[len(start) :] for start in starts if words[: len(start)] == start), None)
