"""Runs the tests of Python's unittest, or exactly the named ones, and reads the fresh report."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import reports
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.coverage import NOTHING, Coverage, Lines
from agent_ci.core.frameworks.framework import selected
from agent_ci.core.report import TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Command, Workspace
from agent_ci.runners.coverage import recorded
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.kit import Kit

_TOLD = "AGENT_CI_UNITTEST"


@dataclass(frozen=True)
class Unittest:
    """unittest under the *interpreter* of the user's job; *arguments* are what the user's own command adds.

    *install* is how a person gets the packages that the tests need. An id is ``FILE::CLASS::METHOD``. A module that
    cannot be imported is ``FILE``, a class whose fixture broke is ``FILE::CLASS``; a subtest is told of in its test.
    With *program*, the manage.py of a Django project, that finds the tests and prepares what they need, and one more
    case, named as it is, tells whether it got so far.
    """

    interpreter: Interpreter
    arguments: tuple[str, ...] = ()
    install: str = ""
    program: str = ""

    @property
    def toolchain(self) -> Mapping[str, str]:
        """The programs used, and how a person runs the tests."""
        start = (self.program, "test") if self.program else ("-m", "unittest")
        typed = shlex.join((self.interpreter.path, *start, *self.arguments))
        return {
            "runner": self._name,
            "command": typed,
            "reproduce": " && ".join(filter(None, (self.install, typed))),
            "python_version": self.interpreter.version,
            "pythonpath": ":".join(self.interpreter.import_roots),
        }

    @property
    def varies(self) -> frozenset[str]:
        """Which conditions can be set; Django has an order of its own, on which its tests may rely."""
        return frozenset({"hash_seed"} if self.program else {"order", "hash_seed"})

    @property
    def _name(self) -> str:
        return "django" if self.program else "unittest"

    def run(
        self,
        workspace: Workspace,
        *,
        only: tuple[str, ...] = (),
        timeout: float,
        conditions: Conditions = USUAL,
        recorder: Kit | None = None,
    ) -> TestReport:
        """Run the whole suite, or exactly *only* (those that do not exist here are left out).

        With a *recorder*, that writes which lines each test executes.
        """
        kit = Kit.unpacked(workspace, "unittest")
        told: dict[str, object] = {"report": str(kit.report), "confirmation": str(kit.confirmation), "only": only}
        if self.program:
            told["program"] = self.program
        if recorder:
            told["recorder"] = {"folder": str(recorder.folder), "file": str(recorder.report)}
        paths = [str(workspace.root / folder) for folder in self.interpreter.import_roots]
        variables = {
            "PYTHONDONTWRITEBYTECODE": "1",
            _TOLD: json.dumps({**told, "paths": paths, "order": conditions.order}),
        }
        if conditions.hash_seed is not None:
            variables["PYTHONHASHSEED"] = str(conditions.hash_seed)
        argv = (self.interpreter.path, str(kit.package / "run.py"), *self.arguments)
        done = workspace.run(Command(argv, variables, timeout))
        if done.timed_out:
            raise InfrastructureError(f"the tests did not finish within {timeout:.0f} s")
        if done.ended_by:
            raise InfrastructureError(f"the tests were ended: {done.ended_by}")
        if not kit.report.exists():
            raise InfrastructureError(f"{self._name} left no report; {done.explanation}")
        report = reports.read_report(kit.report, root=workspace.outbox)
        report = replace(report, partial=(*report.partial, *kit.doubts(report, kit.confirmed(workspace.root))))
        if only:
            return selected(report, only)[0]
        if not report.cases:
            raise UnsupportedError(f"{self._name} found no tests; {done.explanation}")
        return report

    def covered(
        self, workspace: Workspace, ids: tuple[str, ...] = (), *, timeout: float, deciding: Lines = NOTHING
    ) -> Coverage:
        """Which lines each of *ids*, or of all tests, executes, found in one run with our recorder.

        What the fixtures of a class or a module execute is no test's. Processes that a test starts are not seen.
        """
        return recorded(
            workspace, lambda kit: self.run(workspace, only=ids, timeout=timeout, recorder=kit), deciding=deciding
        )


def read_command(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The interpreter that *words* name ("" for any) and unittest's arguments; None where they run something else."""
    program = Path(words[0]).name if words else ""
    if program.startswith("python") and words[1:3] == ("-m", "unittest"):
        return words[0] if "/" in words[0] else "", words[3:]
    return None
