"""Which files a change can reach: those that import a changed file, and those that import these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent_ci.core.imports import imported_files

_SHARED = ("conftest.py", "__init__.py")


def reached(changed: Iterable[str], texts: Mapping[str, str], *, roots: Iterable[str] = (".",)) -> frozenset[str]:
    """The Python files of *texts*, by path, that a change of the files *changed* can reach by imports.

    A ``conftest.py`` or ``__init__.py`` that is reached reaches every file below its folder. *roots* are the
    folders that imports begin at.
    """
    python = [path for path in texts if path.endswith(".py")]
    starts = tuple(roots)
    importers: dict[str, set[str]] = {}
    for path in python:
        for imported in imported_files(texts.get(path, ""), path, paths=python, roots=starts):
            importers.setdefault(imported, set()).add(path)
    found: set[str] = set()
    waiting = list(changed)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += importers.get(path, ())
        folder, _, name = path.rpartition("/")
        if name in _SHARED:
            waiting += (other for other in python if not folder or other.startswith(f"{folder}/"))
    return frozenset(found)
