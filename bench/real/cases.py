"""Knows which historical bugs are measured, and what a well-formed list of them looks like."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from agent_ci.errors import UsageError

CASES_FILE = Path(__file__).with_name("cases.toml")
SETS = {"releases": CASES_FILE, "commits": Path(__file__).with_name("commits.toml")}
"""The lists of cases by name: pairs of releases, and commits in the histories of other packages."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"https://[A-Za-z0-9./_-]+")
_PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+")
_REQUIRES = re.compile(r">=3\.(\d+)(?:,<3\.(\d+))?")
# The runner that reads the cases, and what it needs, must not be the code under repair.
_NEEDED_BY_PYTEST = frozenset({"pytest", "pluggy", "iniconfig", "packaging", "pygments"})


@dataclass(frozen=True, slots=True)
class Release:
    """One source distribution on the package index; ``sha256`` is its file's, in hexadecimal."""

    version: str
    sha256: str

    @property
    def objection(self) -> str:
        """What is wrong with it; empty where nothing is."""
        return "" if _SHA256.fullmatch(self.sha256) else f"release {self.version} has no SHA-256."


@dataclass(frozen=True, slots=True)
class Commit:
    """One state in the history of *repository*, a URL that git can fetch from; ``id`` is the whole hash."""

    repository: str
    id: str

    @property
    def version(self) -> str:
        """What it is called beside releases."""
        return self.id[:12]

    @property
    def objection(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if not _REPOSITORY.fullmatch(self.repository):
            return f"the repository {self.repository!r} is no https URL."
        return "" if _COMMIT.fullmatch(self.id) else f"the commit {self.id!r} is not given by its whole hash."


@dataclass(frozen=True, slots=True)
class Case:
    """One bug that people met and repaired: the state of the package that has it, and the next, which does not.

    Paths are relative to the root of the source distribution or repository, with forward slashes. ``placed`` are the
    fixing state's test files that are put over the older ones, ``run`` what is run (files or folders; the
    whole suite unless ``note`` says why not), ``source`` the files in which people fixed the bug, ``failing``
    the node ids of every test in ``run`` that is red before the fix. ``requirements`` are pins,
    complete without dependency resolution.
    """

    id: str
    package: str
    buggy: Release | Commit
    fixed: Release | Commit
    bug: str
    placed: tuple[str, ...]
    run: tuple[str, ...]
    source: tuple[str, ...]
    failing: tuple[str, ...]
    requires_python: str
    requirements: tuple[str, ...]
    license: str
    note: str

    def supports(self, python: tuple[int, int]) -> bool:
        """Whether the case is known to hold under *python*, a major and a minor version."""
        match = _REQUIRES.fullmatch(self.requires_python)
        if match is None:
            return False
        least, limit = int(match[1]), int(match[2] or 1000)
        return python[0] == 3 and least <= python[1] < limit  # noqa: PLR2004 - the 3 of Python 3


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases and the pinned tools they need: ``build`` to fetch source, ``runner`` to run the tests."""

    cases: tuple[Case, ...]
    build: tuple[str, ...]
    runner: tuple[str, ...]

    def named(self, ids: tuple[str, ...]) -> tuple[Case, ...]:
        """The cases called *ids*, or all of them. Raises UsageError for a name that does not exist."""
        known = {case.id: case for case in self.cases}
        for unknown in (id_ for id_ in ids if id_ not in known):
            raise UsageError(f"there is no case {unknown!r}; choose from: {', '.join(known)}")
        return tuple(known[id_] for id_ in ids) or self.cases


def load(path: Path = CASES_FILE) -> CaseFile:
    """The case file at *path*. Raises UsageError where it is not well formed, naming every objection."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found = CaseFile(
            cases=tuple(_case(table) for table in content["case"]),
            build=tuple(content["tools"]["build"]),
            runner=tuple(content["tools"]["runner"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} cannot be read as a list of cases ({error!r}); compare it with the docs") from error
    if wrong := tuple(objections(found)):
        raise UsageError(f"{path} is not a list of cases: {' '.join(wrong)}")
    return found


def _case(table: Mapping[str, Any]) -> Case:
    return Case(
        id=str(table["id"]),
        package=str(table["package"]),
        buggy=_state(table, "buggy"),
        fixed=_state(table, "fixed"),
        bug=str(table["bug"]),
        placed=tuple(table["placed"]),
        run=tuple(table["run"]),
        source=tuple(table["source"]),
        failing=tuple(table["failing"]),
        requires_python=str(table["requires_python"]),
        requirements=tuple(table["requirements"]),
        license=str(table["license"]),
        note=str(table.get("note", "")),
    )


def _state(table: Mapping[str, Any], name: str) -> Release | Commit:
    found = table[name]
    return Commit(str(table["repository"]), found) if isinstance(found, str) else Release(**found)


def objections(file: CaseFile) -> Iterator[str]:
    """What is wrong with *file*, one sentence each."""
    for id_, count in Counter(case.id for case in file.cases).items():
        if count > 1:
            yield f"The id {id_} is used {count} times."
    for pin in (*file.build, *file.runner):
        if not _PIN.fullmatch(pin):
            yield f"The tool {pin!r} is not pinned as NAME==VERSION."
    for case in file.cases:
        yield from _objections_to(case)


def _objections_to(case: Case) -> Iterator[str]:
    if not _ID.fullmatch(case.id):
        yield f"The id {case.id!r} is not lower case words joined by hyphens."
    if case.package.lower() in _NEEDED_BY_PYTEST:
        yield f"{case.id}: {case.package} is needed by the runner itself."
    if case.buggy == case.fixed or case.buggy.version == case.fixed.version:
        yield f"{case.id}: the buggy and the fixed release are the same."
    for state in (case.buggy, case.fixed):
        if state.objection:
            yield f"{case.id}: {state.objection}"
    for pin in case.requirements:
        if not _PIN.fullmatch(pin):
            yield f"{case.id}: the requirement {pin!r} is not pinned as NAME==VERSION."
        if _same_project(pin.partition("==")[0], case.package):
            yield f"{case.id}: the package itself must come from the source tree, not from the index."
    if not _REQUIRES.fullmatch(case.requires_python):
        yield f"{case.id}: requires_python {case.requires_python!r} is not of the form >=3.N or >=3.N,<3.M."
    yield from _objections_to_paths(case)


def _objections_to_paths(case: Case) -> Iterator[str]:
    for path in (*case.placed, *case.run, *case.source):
        if path.startswith("/") or ".." in path.split("/") or "\\" in path:
            yield f"{case.id}: the path {path!r} leaves the source tree."
    for name in ("bug", "license", "placed", "run", "source", "failing"):
        if not getattr(case, name):
            yield f"{case.id}: {name} is empty."
    if not any(is_below(node, case.placed) for node in case.failing):
        yield f"{case.id}: no failing test is in a file that is placed."
    for path in set(case.placed).intersection(case.source):
        yield f"{case.id}: {path} is named both as a test and as fixed source."
    for node in case.failing:
        if not is_below(node, case.run):
            yield f"{case.id}: {node} is not below a path that is run."


def is_below(node: str, paths: tuple[str, ...]) -> bool:
    """Whether the test *node* is in one of the files or folders *paths*."""
    file = PurePosixPath(node.partition("::")[0])
    return any(file.is_relative_to(path) for path in paths)


def _same_project(one: str, other: str) -> bool:
    """Whether two project names are the same after normalisation (PEP 503)."""
    first, second = (re.sub(r"[-_.]+", "-", name).lower() for name in (one, other))
    return first == second
