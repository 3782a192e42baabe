"""Runs the tests of several projects in one repository as one suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent_ci import reports
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.coverage import NOTHING, Coverage, Lines
from agent_ci.core.frameworks import python_projects
from agent_ci.core.report import TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Covering, Runner, Screen, Screening, Tree, Workspace
from agent_ci.runners.deadline import Deadline


@dataclass(frozen=True)
class Several:
    """*runners* in their order, each in one copy with the others; their ids never meet.

    ``known`` remembers whose an id is, since a selection names ids that an earlier run of the whole suite showed.
    ``command`` is what the user named, empty where the files of the repository name all of them. ``without`` says which
    of its projects are left out, and why.
    """

    runners: tuple[Runner, ...]
    known: dict[str, Runner]
    command: str = ""
    without: str = ""

    @property
    def toolchain(self) -> Mapping[str, str]:
        """That of the first, the names of the others, which its command would not run, and what is left out.

        Projects that pytest runs, each in a folder of its own, stand together in it.
        """
        first, *others = python_projects.joined(runner.toolchain for runner in self.runners)
        also = " ".join(dict.fromkeys(toolchain["runner"] for toolchain in others))
        told = {**first, "command": self.command, "also": also} if others else first
        return {**told, "without": self.without} if self.without else told

    @property
    def varies(self) -> frozenset[str]:
        """What any of them can set; the others leave it as it is."""
        return frozenset().union(*(runner.varies for runner in self.runners))

    def run(
        self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, conditions: Conditions = USUAL
    ) -> TestReport:
        """Run everything, or exactly *only*, with whom each belongs to; an id that nobody showed is asked of all.

        *timeout* is for all of them together.
        """
        deadline = Deadline.after(timeout)
        found = []
        for runner in self.runners:
            wanted = tuple(id_ for id_ in only if self.known.get(id_, runner) is runner)
            if only and not wanted:
                continue
            try:
                report = runner.run(workspace, only=wanted, timeout=deadline.left(), conditions=conditions)
            except InfrastructureError as error:
                if not deadline.is_over:
                    raise
                # It had what the others left of the limit, and its error names that.
                raise deadline.missed(f"the tests, those of {runner.toolchain['runner']} the last,") from error
            self.known.update({case.id: runner for case in report.cases})
            found.append(report)
        return reports.joined(found)

    def covered(
        self, workspace: Workspace, ids: tuple[str, ...] = (), *, timeout: float, deciding: Lines = NOTHING
    ) -> Coverage:
        """What each of them can tell of those of *ids* that are its own; of the others it is said that nobody can.

        Raises UnsupportedError where none can tell anything.
        """
        deadline = Deadline.after(timeout)
        found = Coverage()
        objections = []
        for runner in self.runners:
            wanted = tuple(id_ for id_ in ids if self.known.get(id_, runner) is runner)
            if ids and not wanted:
                continue
            if deadline.is_over:
                objections.append(f"time ran out before the tests of {runner.toolchain['runner']}")
                continue
            if not isinstance(runner, Covering):
                objections.append(f"which lines a test of {runner.toolchain['runner']} executes cannot be told here")
                continue
            try:
                found |= runner.covered(workspace, wanted, timeout=deadline.left(), deciding=deciding)
            except UnsupportedError as error:
                objections.append(str(error))
        if objections and not found.tests:
            raise UnsupportedError("; ".join(objections))
        return replace(found, partial=(*found.partial, *objections))

    def screen(
        self, workspace: Workspace, tree: Tree, red: tuple[str, ...], green: tuple[str, ...], *, timeout: float
    ) -> Screen:
        """That of the one whose tests *red* are, with those of *green* that are its own.

        Raises UnsupportedError where they are of several, or of one that tries no versions at once.
        """
        for runner in self.runners:
            if isinstance(runner, Screening) and all(self.known.get(id_) is runner for id_ in red):
                own = tuple(id_ for id_ in green if self.known.get(id_) is runner)
                return runner.screen(workspace, tree, red, own, timeout=timeout)
        raise UnsupportedError("the failing tests are not those of one runner that tries many versions at once")
