"""A failure as the job `fix` knows it when it asks a model, and the pieces of code that its repair changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.core.coverage import Coverage
from agent_ci.core.report import TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import AgentCIError
from agent_ci.jobs.locating import ids_to_cover
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.sandboxes.none import NoSandbox
from bench.context.truth import Touched
from bench.trees import Files

SECONDS = 300.0


@dataclass(frozen=True)
class Scene:
    """One failure: what the job knows, the files of the repository, and what the repair *touched*."""

    name: str
    package: str
    evidence: Evidence
    files: Mapping[str, str]
    touched: tuple[Touched, ...]

    @property
    def is_single(self) -> bool:
        """Whether the repair changes exactly one function, and nothing else that is there."""
        return len(self.touched) == 1 and self.touched[0].block.is_function


@dataclass(frozen=True)
class Stand:
    """A way to run the tests of a package: *python* has pytest *pytest*, *paths* are what is run."""

    python: Path
    version: str
    pytest: str
    roots: tuple[str, ...] = (".",)
    paths: tuple[str, ...] = ()

    @property
    def runner(self) -> Pytest:
        """The runner, as `fix` would make it."""
        return Pytest(Interpreter(str(self.python), self.version, self.pytest, self.roots), self.paths)

    def run(self, files: Mapping[str, str], only: tuple[str, ...] = ()) -> TestReport:
        """The report of the tests of *files*."""
        with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(files)) as workspace:
            return self.runner.run(workspace, only=only, timeout=SECONDS)

    def covered(self, files: Mapping[str, str], ids: tuple[str, ...] = ()) -> Coverage | None:
        """Which lines the tests *ids* of *files* execute, None where nothing tells."""
        try:
            with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(files)) as workspace:
                return self.runner.covered(workspace, ids, timeout=SECONDS)
        except AgentCIError:
            return None

    def evidence(self, files: Mapping[str, str], before: TestReport) -> Evidence:
        """What `fix` knows where the run *before* is red."""
        found = Evidence("fix", "red", before=before, targets=before.red, toolchain=self.runner.toolchain)
        return replace(found, coverage=self.covered(files, ids_to_cover(found)))
