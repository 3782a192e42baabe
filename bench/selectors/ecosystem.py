"""What the bench of selectors is told about one ecosystem, and how it finds out whether selections are exact."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.frameworks.framework import Framework, selected
from agent_ci.core.report import TestReport
from agent_ci.errors import AgentCIError
from agent_ci.ports import Runner, Workspace
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from bench.trees import Files

_SECONDS = 300.0
_VERSION_SECONDS = 60.0
_BUILD = "build ("  # it is there in every run, and no test


class MissingToolError(Exception):
    """A tool is not there and could not be installed; the message says which and what to do."""


@dataclass(frozen=True)
class Ecosystem:
    """A red project of one ecosystem: its *files*, and the ids that are red in it, hard to select on purpose.

    *make* gives the runner for a checkout; *programs* are what must be on PATH, *version* is the command that tells
    one's version. *alone* is how many of them the tests of this project run each by itself, fewer where a run takes
    long; the bench runs all. *prepare* puts packages into the checkout, as an earlier step of a job would, and raises
    MissingToolError where it cannot.
    """

    name: str
    files: Mapping[str, str]
    failing: tuple[str, ...]
    make: Callable[[Path], Runner]
    programs: tuple[str, ...]
    version: tuple[str, ...]
    alone: int = 2
    prepare: Callable[[Path], None] = lambda _checkout: None

    def missing(self) -> str:
        """The first of the programs that is not here; empty where all are."""
        return next((program for program in self.programs if shutil.which(program) is None), "")


def by(framework: Framework) -> Callable[[Path], Runner]:
    """What makes the runner of a project in the root of a checkout that *framework* tests."""
    return lambda checkout: FrameworkRunner(framework, "", checkout, dict(os.environ))


@dataclass(frozen=True)
class Project:
    """The project of an ecosystem, ready to run: a checkout with packages, and a copy of the sources."""

    runner: Runner
    workspace: Workspace

    def whole(self) -> TestReport:
        """The report of the whole suite."""
        return self.runner.run(self.workspace, timeout=_SECONDS)

    def ran(self, only: tuple[str, ...]) -> TestReport:
        """What really ran when *only* was asked for, before anything is left out of the report."""
        run = self.runner.ran if isinstance(self.runner, FrameworkRunner) else self.runner.run
        return run(self.workspace, only=only, timeout=_SECONDS)


@contextmanager
def opened(ecosystem: Ecosystem) -> Iterator[Project]:
    """The project of *ecosystem*, gone afterwards. Raises MissingToolError."""
    if program := ecosystem.missing():
        raise MissingToolError(f"{program} is not installed")
    with tempfile.TemporaryDirectory(prefix="agent-ci-selectors-") as folder:
        checkout = Path(folder, "checkout")
        write(checkout, ecosystem.files)
        ecosystem.prepare(checkout)
        with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(ecosystem.files)) as workspace:
            yield Project(ecosystem.make(checkout), workspace)


@dataclass(frozen=True)
class Row:
    """What was measured of one ecosystem; *fault* says what was not as it should be."""

    name: str
    version: str = ""
    failing: int = 0
    exact: int = 0
    seconds: float = 0.0
    fault: str = ""

    @property
    def percent(self) -> float:
        """How many of the failing cases were selected exactly, of a hundred."""
        return 100.0 * self.exact / self.failing if self.failing else 0.0


def measured(ecosystem: Ecosystem) -> Row:
    """Run the whole suite, then each of its failing cases by itself."""
    started = time.perf_counter()
    faults: list[str] = []
    try:
        with opened(ecosystem) as project:
            red = tuple(case.id for case in project.whole().red)
            if sorted(red) != sorted(ecosystem.failing):
                odd = min(set(red) ^ set(ecosystem.failing), default="one twice")
                faults.append(f"other cases fail than should: {odd}")
            faults += [fault for id_ in red if (fault := inexact(id_, project.ran((id_,))))]
    except (MissingToolError, AgentCIError) as error:
        return Row(ecosystem.name, fault=str(error).partition("\n")[0])
    wrong = sum(fault.startswith("selected") for fault in faults)
    return Row(
        ecosystem.name,
        _version(ecosystem),
        len(red),
        len(red) - wrong,
        time.perf_counter() - started,
        next(iter(faults), ""),
    )


def inexact(id_: str, report: TestReport) -> str:
    """Why *report* is not that of *id_* alone, still red; empty where it is."""
    kept, missing, surplus = selected(report, (id_,))
    tests = [more for more in surplus if not more.startswith(_BUILD)]
    if missing:
        return f"selected nothing: {id_}"
    if tests:
        return f"selected more: {id_}, and {tests[0]} ran"
    return "" if kept.tally.red else f"selected {id_}, which passes alone"


def _version(ecosystem: Ecosystem) -> str:
    done = subprocess.run(
        ecosystem.version,
        check=False,
        capture_output=True,
        text=True,
        timeout=_VERSION_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    return next(iter(f"{done.stdout}{done.stderr}".strip().splitlines()), "unknown")
