"""Where test runners leave their reports, and how to turn those files into one TestReport."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import reduce
from itertools import takewhile
from operator import add
from pathlib import Path
from typing import BinaryIO, TypeAlias

from agent_ci.core.formats.limits import Keep
from agent_ci.core.formats.table import parse
from agent_ci.core.report import Tally, TestReport
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.files import chunks, open_regular

__all__ = ["MAX_BYTES", "USUAL_PLACES", "Keep", "find", "joined", "read_each", "read_report", "read_reports"]

MAX_BYTES = 2**30

# Defaults and documented examples of the runners; each is relative to the repository's root.
USUAL_PLACES = (
    *("junit.xml", "report.xml", "results.xml", "test-results.xml", "pytest.xml", "unit-tests.xml"),
    *("junit-*.xml", "junit_*.xml", "TEST-*.xml", "test-results/**/*.xml", "test-reports/**/*.xml"),
    *("reports/**/junit*.xml", "reports/**/TEST-*.xml", "junit/**/*.xml", "coverage/junit.xml"),
    "**/target/surefire-reports/TEST-*.xml",  # Maven Surefire
    "**/target/failsafe-reports/TEST-*.xml",  # Maven Failsafe
    "**/build/test-results/**/TEST-*.xml",  # Gradle
    "**/target/nextest/*/junit.xml",  # cargo nextest
    "**/_build/test/lib/*/*junit*.xml",  # mix with junit_formatter
    "**/TestResults/**/*.trx",  # dotnet test --logger trx
    "**/TestResult.xml",  # NUnit's console
    "**/Testing/*/Test.xml",  # ctest -T Test
    "**/junit.xml",  # jest-junit, vitest, gotestsum by example, in a monorepo's packages
    "**/test-results.xml",
)
_NEVER_BELOW_STARS = frozenset({"node_modules", "site-packages", "venv", "__pycache__"})
_WILD = re.compile(r"[*?\[]")
_Pattern: TypeAlias = tuple[str, ...]  # the parts of a glob


def read_report(
    path: Path, *, root: Path | None = None, keep: Keep = Keep.ALL, max_bytes: int = MAX_BYTES
) -> TestReport:
    """Read the report at *path*, in any known format; with *root*, it must lie below it with no link in between.

    Raises UnsupportedError where it cannot be opened safely or is in no known format.
    """
    with open_regular(path, root=root, max_bytes=max_bytes) as file:
        try:
            return parse(_Chunks(file, max_bytes), keep=keep)
        except UnsupportedError as error:
            raise UnsupportedError(f"{path} cannot be used: {error}") from error


def read_reports(
    paths: Iterable[Path], *, root: Path | None = None, keep: Keep = Keep.ALL, max_bytes: int = MAX_BYTES
) -> TestReport:
    """Read several reports as one; one that cannot be read among others makes the whole partial.

    Raises UnsupportedError where none can be read.
    """
    return joined(read_each(paths, root=root, keep=keep, max_bytes=max_bytes).values())


def read_each(
    paths: Iterable[Path], *, root: Path | None = None, keep: Keep = Keep.ALL, max_bytes: int = MAX_BYTES
) -> dict[Path, TestReport]:
    """Read several reports, each by its path; one that cannot be read among others is empty and partial.

    Raises UnsupportedError where none can be read.
    """
    read: dict[Path, TestReport] = {}
    refused: list[UnsupportedError] = []
    for path in paths:
        try:
            report = read_report(path, root=root, keep=keep, max_bytes=max_bytes)
        except UnsupportedError as error:
            refused.append(error)
            report = TestReport(partial=(str(error),))
        else:
            report = replace(report, partial=tuple(f"{path}: {reason}" for reason in report.partial))
        read[path] = report
    if len(refused) == len(read):
        raise refused[0] if refused else UnsupportedError("no report was given; name one with --report")
    return read


def find(root: Path, globs: Iterable[str]) -> tuple[Path, ...]:
    """The files below *root* that match one of *globs*, sorted; no link is followed on the way.

    ``*`` and ``?`` stay inside one folder. ``**`` spans any number of them, except hidden ones and folders of
    installed packages, which must be named. An absolute glob is looked up where it says. Links, FIFOs and the
    like are found as well, so that reading them is refused with a reason. Raises UsageError for ``..``.
    """
    patterns: dict[Path, set[_Pattern]] = {}
    for glob in globs:
        folder, pattern = _anchored(root, glob)
        patterns.setdefault(folder, set()).add(pattern)
    return tuple(sorted({path for folder, wanted in patterns.items() for path in _walk(folder, wanted)}))


class _Chunks:
    """The bytes of an open file, from the beginning each time they are asked for."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        return chunks(self._file, max_bytes=self._max_bytes)


def joined(reports: Iterable[TestReport]) -> TestReport:
    """Several reports as one."""
    every = tuple(reports)
    return TestReport(
        cases=tuple(case for report in every for case in report.cases),
        tally=reduce(add, (report.tally for report in every), Tally()),
        partial=tuple(reason for report in every for reason in report.partial),
    )


def _anchored(root: Path, glob: str) -> tuple[Path, _Pattern]:
    """The folder to start in and what to match below it."""
    parts = Path(glob).parts
    if not parts or ".." in parts:
        raise UsageError(f"the report pattern {glob!r} does not name files below {root}; leave out '..'")
    if not Path(glob).is_absolute():
        return root, parts
    literal = len(list(takewhile(lambda part: not _WILD.search(part), parts[:-1])))
    return Path(*parts[:literal]), parts[literal:]


def _walk(root: Path, patterns: set[_Pattern]) -> Iterator[Path]:
    """The files below *root* that match, with each folder listed once for all patterns."""
    waiting = [(root, patterns)]
    while waiting:
        folder, wanted = waiting.pop()
        wanted = _with_stars_left_out(wanted)
        names = [pattern[0] for pattern in wanted if len(pattern) == 1]
        for entry in _entries(folder):
            if not entry.is_dir(follow_symlinks=False):
                if any(fnmatchcase(entry.name, name) for name in names):
                    yield folder / entry.name
            elif below := {rest for pattern in wanted for rest in _inside(entry.name, pattern)}:
                waiting.append((folder / entry.name, below))


def _with_stars_left_out(patterns: set[_Pattern]) -> set[_Pattern]:
    """*patterns*, and what remains of them where a leading ``**`` stands for no folder at all."""
    expanded: set[_Pattern] = set()
    for pattern in patterns:
        expanded.add(pattern)
        while pattern[0] == "**" and len(pattern) > 1:
            pattern = pattern[1:]  # noqa: PLW2901 -- each star is left out in turn
            expanded.add(pattern)
    return expanded


def _inside(folder: str, pattern: _Pattern) -> Iterator[_Pattern]:
    """What is left to match below a *folder* of that name."""
    first, *rest = pattern
    if first == "**":
        if not folder.startswith(".") and folder not in _NEVER_BELOW_STARS:
            yield pattern
    elif rest and fnmatchcase(folder, first):
        yield tuple(rest)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []  # not there, not a folder, or not ours to read: it holds no report
