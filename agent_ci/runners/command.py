"""Runs any command and reads the reports it leaves; it cannot select cases, so it runs everything."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent_ci import reports
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.proof import is_within
from agent_ci.core.report import TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Command, Workspace


@dataclass(frozen=True)
class AnyCommand:
    """*argv* runs the tests; *report_globs*, relative to the root, are where it leaves its reports."""

    argv: tuple[str, ...]
    report_globs: tuple[str, ...]

    @property
    def toolchain(self) -> Mapping[str, str]:
        """The command and the places of its reports."""
        return {
            "runner": "command",
            "command": shlex.join(self.argv),
            "reports": " ".join(self.report_globs),
        }

    @property
    def varies(self) -> frozenset[str]:
        """Which conditions can be set: Python's hash seed, where the command runs Python."""
        return frozenset({"hash_seed"})

    def run(
        self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, conditions: Conditions = USUAL
    ) -> TestReport:
        """Run the command; with *only* the other cases are run as well and left out of the report."""
        for stale in reports.find(workspace.root, self.report_globs):
            stale.unlink()  # a report that is part of the commit says nothing about this run
        seed = conditions.hash_seed
        done = workspace.run(Command(self.argv, {} if seed is None else {"PYTHONHASHSEED": str(seed)}, timeout))
        if done.timed_out:
            raise InfrastructureError(f"the tests did not finish within {timeout:.0f} s")
        if done.ended_by:
            raise InfrastructureError(f"the tests were ended: {done.ended_by}")
        found = reports.find(workspace.root, self.report_globs)
        if not found and _was_killed(done.exit_code):
            raise InfrastructureError(f"the tests were killed and left no report; {done.explanation}")
        if not found:
            raise UnsupportedError(
                f"no report was left at {', '.join(self.report_globs)}; {done.explanation}\n"
                "Have the command write JUnit XML and name the place with --report."
            )
        report = reports.read_reports(found, root=workspace.root)
        if not only:
            return report
        cases = (case for case in report.cases if any(is_within(case.id, id_) for id_ in only))
        return replace(TestReport.of(*cases), partial=report.partial)


def _was_killed(exit_code: int) -> bool:
    """Whether a signal ended the command, or one that its shell started."""
    return exit_code < 0 or exit_code > _SIGNALLED


_SIGNALLED = 128  # what a shell adds to the number of the signal
