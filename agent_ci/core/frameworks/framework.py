"""What is to be known about a test framework to run all of its tests, or exactly some, and to name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Protocol

from agent_ci.core.proof import is_within
from agent_ci.core.report import Status, TestCase, TestReport


@dataclass(frozen=True, slots=True)
class Place:
    """Where a framework's commands run: ``folder`` is the project's, in the copy, and ``outbox`` is for reports.

    ``desk`` is a folder in the outbox that no code wrote in before, for what a step finds there. ``files`` are the
    project's files, relative to ``folder``, where a selection is asked for. ``environment`` is the job's, for the
    places of caches; its HOME is the home of the job, which is not the home that the commands have. ``tools`` are what
    the recording of executed lines needs.
    """

    folder: PurePath
    outbox: PurePath
    desk: PurePath = field(default_factory=PurePath)
    files: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One command, started in the project's folder.

    ``reports`` are globs of the reports that it leaves, absolute or relative to the folder. With ``tells``, what it
    prints is its report instead. Of a step that ``builds`` the exit code says whether the rest can run, as the case
    ``stands_for``, or where that is empty the one of the build. Where the build is not ``is_needed``, the rest runs in
    any case, and a selection of tests runs without it. Where it runs the tests as well, it has reports, ``ran`` are its
    exit codes when they were run, and ``build_alone`` is what to start for the build alone. ``kit`` names files of ours
    that it finds in a folder of that name on the desk, ``files`` are texts by name on it. A step that ``warms`` fills
    the cache whose folder the variable of that name holds, runs no code of the repository, and says nothing. ``start``
    is what stands before the command where it is started, and is not shown.
    """

    argv: tuple[str, ...]
    reports: tuple[str, ...] = ()
    tells: bool = False
    builds: bool = False
    is_needed: bool = True
    stands_for: str = ""
    build_alone: tuple[str, ...] = ()
    ran: tuple[int, ...] = (0,)
    kit: str = ""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    warms: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    start: tuple[str, ...] = ()


class Framework(Protocol):
    """One framework, as the tests of one project are run with it. To write one: see CONTRIBUTING."""

    @property
    def name(self) -> str:
        """What people call it: ``jest``, ``cargo``, ..."""
        ...

    @property
    def command(self) -> tuple[str, ...]:
        """What a person types in the project's folder to run all tests."""
        ...

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """What to run, in order, for the whole suite, or for exactly the cases *only*, which are ids of this project.

        Each id is one word of a command, or a pattern that matches it alone: whatever a name holds, no shell reads it.
        """
        ...

    def id_of(self, case: TestCase, place: Place) -> str:
        """The id of *case* as a report of this framework has it: one from which ``steps`` can select it again."""
        ...


def build_id(framework: Framework) -> str:
    """The id of the case that stands for the build: it is there in every run of a framework that builds."""
    return f"build ({framework.name})"


def built(id_: str, complaint: str = "", *, place: tuple[str, int | None] = ("", None)) -> TestCase:
    """The case *id_* of a build or a check, red where there is a *complaint*; ``place`` is the first file and line."""
    first = next((line for line in complaint.splitlines() if line.strip()), "")
    status = Status.ERRORED if complaint else Status.PASSED
    file, line = place
    return TestCase(id_, status, message=first, traceback=complaint, name=id_, file=file, line=line)


def told_once(report: TestReport, *, is_broken: bool) -> TestReport:
    """*report* with each cause told once.

    A test that is red for its subtests alone says what the first of them says. Where the build *is_broken*, its case
    stands for the packages that are red without a test, and for what is missing.
    """
    told = {case.id: case for case in report.red if case.file}
    cases = []
    for case in report.cases:
        if is_broken and case.is_red and "::" not in case.id:
            continue
        says_nothing = case.is_red and "::" in case.id and not case.file
        below = (told[id_] for id_ in told if says_nothing and id_.startswith(f"{case.id}/"))
        first = next(below, case)
        cases.append(replace(case, message=first.message, traceback=first.traceback, file=first.file, line=first.line))
    return TestReport.of(*cases, partial=() if is_broken else report.partial)


def selected(report: TestReport, only: Iterable[str]) -> tuple[TestReport, tuple[str, ...], tuple[str, ...]]:
    """*report* without what was not asked for; the ids of *only* that did not run; and the surplus ones that did.

    A case that merely holds a wanted one, or is held by it (Go's test and its subtests), is no surplus.
    """
    wanted = tuple(only)
    ran = [case for case in report.cases if case.status is not Status.SKIPPED]
    kept = tuple(case for case in report.cases if any(is_within(case.id, id_) for id_ in wanted))
    missing = tuple(id_ for id_ in wanted if not any(is_within(case.id, id_) for case in ran))
    surplus = (case.id for case in ran if not any(_is_related(case.id, id_) for id_ in wanted))
    return TestReport.of(*kept, partial=report.partial), missing, tuple(dict.fromkeys(surplus))


def _is_related(id_: str, wanted: str) -> bool:
    is_held = "::" in wanted and id_.startswith(f"{wanted}/")
    return is_held or is_within(id_, wanted) or is_within(wanted, id_) or wanted.startswith(f"{id_}/")


def relative(file: str, place: Place) -> str:
    """*file* relative to the project, where a report names it absolutely."""
    path = PurePath(file)
    return path.relative_to(place.folder).as_posix() if path.is_relative_to(place.folder) else file


def by_file(only: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The titles wanted of each file; none where the whole file is."""
    found: dict[str, tuple[str, ...]] = {}
    whole: set[str] = set()
    for id_ in only:
        file, _, title = id_.partition("::")
        found[file] = (*found.get(file, ()), title)
        if not title:
            whole.add(file)
    return {file: () if file in whole else titles for file, titles in found.items()}
