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


@dataclass(frozen=True, slots=True)
class Kind:
    """How one framework is recognised.

    ``manifests`` are names of files, or ``*.`` and a suffix; ``found`` looks at one and says which framework it means,
    if it is this one. ``read`` is given the words of a command and returns the framework that they start, if it is this
    one. It can be run where all ``programs`` are there, of which the repository may bring the first as a wrapper, and
    ``installed``, a path below the project, exists (empty: nothing need).
    """

    name: str
    manifests: tuple[str, ...]
    found: Callable[[Manifest], Framework | None]
    read: Callable[[tuple[str, ...]], Framework | None]
    programs: tuple[str, ...]
    installed: str = ""


def after(words: tuple[str, ...], *starts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words that follow the first of *starts* that *words* begin with; None where they begin with none."""
    return next((words[len(start) :] for start in starts if words[: len(start)] == start), None)
