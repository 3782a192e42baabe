"""Knows in which folders of a repository pytest is started, where no command says so, and what such a run is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from agent_ci.core.paths import is_python_test

Read = Callable[[str], str]

# Files of a package, and those that pytest is set up in: https://docs.pytest.org/en/stable/reference/customize.html
_OF_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", ".pytest.ini")
_OF_ROOT = (*_OF_PROJECT, "tox.ini", "conftest.py")
_IN_TOX = re.compile(r"^\s*\[pytest\]", re.MULTILINE)


def folders_of_tests(paths: Iterable[str], read: Read) -> tuple[str, ...]:
    """Where pytest is started, sorted: "" for the root, or each of several projects that lie side by side in folders.

    The root is it wherever one of its own files says that it is a project or set up for tests, or a test is part of no
    project below it. Else each project is the outermost folder around a test that is set up for pytest, or is a
    package.
    """
    every = frozenset(paths)
    if not every.isdisjoint(_OF_ROOT):
        return ("",)
    folders = {PurePosixPath(path).parent for path in every if is_python_test(path)}
    found = {_project(folder, every, read) for folder in folders}
    return tuple(sorted(found)) if found and "" not in found else ("",)


def _project(tests: PurePosixPath, every: frozenset[str], read: Read) -> str:
    """The folder of the project that *tests*, a folder, are a part of; the root where there is none."""
    around = [place.as_posix() for place in reversed((tests, *tests.parents)) if place.name]
    return next((folder for folder in around if _is_project(folder, every, read)), "")


def _is_project(folder: str, every: frozenset[str], read: Read) -> bool:
    if not every.isdisjoint(f"{folder}/{name}" for name in _OF_PROJECT):
        return True
    tox = f"{folder}/tox.ini"
    return tox in every and bool(_IN_TOX.search(read(tox)))


def folder_of(toolchain: Mapping[str, str], ids: Iterable[str]) -> str:
    """The folder that pytest runs *ids* in, as *toolchain* has it ("" for the root); that of the first of them."""
    folders = sorted(json.loads(toolchain.get("pytest_folders") or "[]"), key=len, reverse=True)
    first = next(iter(ids), "")
    return next((folder for folder in folders if first.startswith(f"{folder}/")), "")


def roots_of(toolchain: Mapping[str, str], folder: str = "") -> list[str]:
    """Where imports begin, relative to the repository's root; those in *folder* come first."""
    roots = [root for root in toolchain.get("pythonpath", ".").split(":") if root]
    return sorted(roots, key=lambda root: bool(folder) and root != folder and not root.startswith(f"{folder}/"))


def joined(toolchains: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """*toolchains*, of which the first of pytest has the folders and import roots of all that pytest runs."""
    every = list(toolchains)
    folders = list(dict.fromkeys(name for one in every for name in json.loads(one.get("pytest_folders", "[]"))))
    if not folders:
        return every
    roots = dict.fromkeys(root for one in every if one["runner"] == "pytest" for root in one["pythonpath"].split(":"))
    at = next(number for number, one in enumerate(every) if one["runner"] == "pytest")
    every[at] = {**every[at], "pytest_folders": json.dumps(folders), "pythonpath": ":".join(roots)}
    return every
