"""Knows in which folders of a repository pytest is started, where no command says so, and what such a run is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from agent_ci.core.paths import is_python_test

Read = Callable[[str], str]

# https://docs.pytest.org/en/stable/reference/customize.html#initialization-determining-rootdir-and-configfile
_SECTIONS = {
    "pytest.ini": re.compile(""),
    ".pytest.ini": re.compile(""),
    "pyproject.toml": re.compile(r"^\s*\[tool\.pytest\b", re.MULTILINE),
    "tox.ini": re.compile(r"^\s*\[pytest\]", re.MULTILINE),
    "setup.cfg": re.compile(r"^\s*\[tool:pytest\]", re.MULTILINE),
}
_PACKAGES = ("pyproject.toml", "setup.py", "setup.cfg")
_OF_ROOT = (*_PACKAGES, *_SECTIONS, "conftest.py")


def folders_of_tests(paths: Iterable[str], read: Read) -> tuple[str, ...]:
    """Where pytest is started, sorted: "" for the root, or each of several projects that lie side by side in folders.

    The root is it wherever one of its own files says that it is a project or set up for tests, or a test is part of no
    project below it. Else each project is the outermost folder around a test that is set up for pytest, or is a
    package.
    """
    every = frozenset(paths)
    if not every.isdisjoint(_OF_ROOT):
        return ("",)
    found = {_project(path, every, read) for path in every if is_python_test(path)}
    return tuple(sorted(found)) if found and "" not in found else ("",)


def _project(test: str, every: frozenset[str], read: Read) -> str:
    """The folder of the project that *test* is a part of; the root where there is none."""
    around = [place.as_posix() for place in reversed(PurePosixPath(test).parents) if place.name]
    return next((folder for folder in around if _is_project(folder, every, read)), "")


def _is_project(folder: str, every: frozenset[str], read: Read) -> bool:
    if any(f"{folder}/{name}" in every for name in _PACKAGES):
        return True
    settings = ((f"{folder}/{name}", section) for name, section in _SECTIONS.items())
    return any(path in every and section.search(read(path)) for path, section in settings)


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
