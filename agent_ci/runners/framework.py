"""Runs the tests of one project by its framework, all or exactly some, and reads what it reports."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from agent_ci import reports
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.coverage import NOTHING, Coverage, Lines
from agent_ci.core.frameworks.framework import Framework, Place, Step, build_id, built, selected, told_once
from agent_ci.core.frameworks.recording import RECORDINGS
from agent_ci.core.proof import is_within
from agent_ci.core.report import TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.files import open_regular, remove_file
from agent_ci.joblogs import findings_in
from agent_ci.ports import Completed, Tree, Workspace
from agent_ci.runners import installed, jacoco, screening
from agent_ci.runners.build_cache import BuildCache
from agent_ci.runners.coverage import Left, one_by_one
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.places import Files
from agent_ci.runners.screening import Screen
from agent_ci.runners.starting import started

_MAX_OUTPUT = 2**30
_SHOWN = 20_000  # characters of what a failed build printed
_NOT_STARTED = frozenset({126, 127})  # a shell's, for a program that cannot be run or is not there


@dataclass(frozen=True)
class FrameworkRunner:
    """Runs *framework* in *folder* ("" for the root), with the packages that are installed in the *checkout*.

    *environment* is the job's, for the places of caches. *command* is what the user named, empty where it was found;
    *install* is how a person gets the packages. Where it *is_alone*, nothing else runs code in its first copy before
    it does, so that what is compiled there can be kept for the copies after it.
    """

    framework: Framework
    folder: str
    checkout: Path
    environment: Mapping[str, str]
    command: str = ""
    install: str = ""
    is_alone: bool = False
    _builds: BuildCache = field(default_factory=BuildCache, repr=False, compare=False)

    @property
    def toolchain(self) -> Mapping[str, str]:
        """The framework, the user's command, and how a person installs what is needed and runs the tests."""
        typed = " && ".join(filter(None, (self._into(), self.install, shlex.join(self.framework.command))))
        told = {"runner": self.framework.name, "command": self.command, "reproduce": typed}
        return {**told, **({"folder": self.folder} if self.folder else {})}

    @property
    def varies(self) -> frozenset[str]:
        """None of the conditions can be set."""
        return frozenset()

    def run(
        self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, conditions: Conditions = USUAL
    ) -> TestReport:
        """Run everything, or exactly *only*; ids begin with the project's folder where that is not the root."""
        del conditions
        report = self.ran(workspace, only=only, timeout=timeout)
        if not report.tally.total and not only:
            raise UnsupportedError(f"`{self._typed()}` ran no tests; name the command that runs them with --run")
        if not only:
            return report
        build = self._outside(build_id(self.framework))
        holding = (case.id for case in report.red if case.id == build or any(is_within(id_, case.id) for id_ in only))
        return selected(report, (*only, *holding))[0]

    def ran(self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, record: str = "") -> TestReport:
        """Everything that ran when *only* was asked for, more than that where it cannot be selected exactly.

        With *record*, the lines that were executed are left in files of the outbox whose names begin so.
        """
        installed.link(self.checkout, workspace.root)
        wanted = tuple(self._inside(id_) for id_ in only)
        report = self._run(workspace, self._place(workspace), wanted, Deadline.after(timeout), record)
        return replace(report, cases=tuple(replace(case, id=self._outside(case.id)) for case in report.cases))

    def covered(
        self,
        workspace: Workspace,
        ids: tuple[str, ...] = (),
        *,
        timeout: float,
        deciding: Lines = NOTHING,  # noqa: ARG002 - nothing that its tools write tells that
    ) -> Coverage:
        """Which lines each of *ids* executes, each in a run of its own; without them, those of each file or package.

        Raises UnsupportedError where nothing here can tell.
        """
        recording = RECORDINGS.get(self.framework.name)
        if not recording:
            raise UnsupportedError(f"which lines a test of {self.framework.name} executes cannot be told here")
        _ = self._tools  # before any test is run
        deadline = Deadline.after(timeout)
        left = Left(workspace, self.folder)

        def cover(id_: str) -> tuple[TestReport, Coverage]:
            prefix = secrets.token_hex(8)
            report = self.ran(workspace, only=(id_,), timeout=deadline.left(), record=prefix)
            return report, left.read(recording.kind, prefix, id_)

        build = self._outside(build_id(self.framework))
        asked = ids or tuple(id_.partition("::")[0] for id_ in self.run(workspace, timeout=timeout).ids())
        return one_by_one((id_ for id_ in dict.fromkeys(asked) if id_ != build), cover, deadline)

    def screen(
        self, workspace: Workspace, tree: Tree, red: tuple[str, ...], green: tuple[str, ...], *, timeout: float
    ) -> Screen:
        """What tries many versions of the sources of *tree* in one start: *red* tests, and *green* ones beside them.

        Raises UnsupportedError where that cannot be had here, or does not find those tests red and green.
        """
        inside = (tuple(map(self._inside, red)), tuple(map(self._inside, green)))
        begun = screening.Begun(workspace, self.framework, self._place(workspace), self.folder, self.checkout, *inside)
        return begun.screen(tree, Deadline.after(timeout))

    def _run(
        self, workspace: Workspace, place: Place, wanted: tuple[str, ...], deadline: Deadline, record: str
    ) -> TestReport:
        found: list[TestReport] = []
        build = build_id(self.framework)
        tests = tuple(id_ for id_ in wanted if id_ != build)
        files, is_broken = Files(workspace.root, Path(place.folder)), False
        steps = self.framework.steps(replace(place, files=files.names) if tests else place, tests)
        if wanted and not tests:  # the build alone was asked for
            steps = tuple(_without_tests(step) for step in steps if step.builds)
        elif wanted and build not in wanted:
            steps = tuple(step for step in steps if step.is_needed)
        if record:
            whole = replace(place, folder=workspace.root, tools=self._tools)
            steps = tuple(RECORDINGS[self.framework.name].prepared(step, whole, record) for step in steps)
        for step in self._with_cache(steps, workspace):
            done, output = self._start(workspace, place, step, deadline)
            if step.warms:
                self._builds.take(workspace)
            if step.builds:
                works = done.exit_code in step.ran
                complaint, where = ("", ("", None)) if works else _complaint(done, workspace.root)
                case = files.placed(built(step.stands_for or build, complaint, place=where))
                found.append(TestReport.of(case))
                is_broken = is_broken or case.is_red
                if case.is_red and step.is_needed:
                    break
            if step.reports or step.tells:
                may_lack = is_broken or (bool(wanted) and not done.exit_code)
                report = self._read(workspace, step, done, output, may_lack=may_lack)
                report = report if is_broken else _doubted(report, done)
                report = replace(report, cases=tuple(map(files.placed, report.cases)))
                found.append(told_once(report, is_broken=is_broken))
        return reports.joined(found)

    def _with_cache(self, steps: tuple[Step, ...], workspace: Workspace) -> tuple[Step, ...]:
        """*steps* with the cache that they have in common; what fills it is started the first time only."""
        variable = next((step.warms for step in steps if step.warms), "") if self.is_alone else ""
        is_warm = self._builds.is_kept
        folder = self._builds.place(workspace)
        others = tuple(step for step in steps if not step.warms)
        if not variable or not folder:
            return others
        around = {variable: str(folder)}
        return tuple(
            replace(step, environment={**step.environment, **around}) for step in (others if is_warm else steps)
        )

    def _start(self, workspace: Workspace, place: Place, step: Step, deadline: Deadline) -> tuple[Completed, Path]:
        """Start *step*; how it ended, and the file with what it printed where that is kept apart."""
        output = workspace.outbox / f"{secrets.token_hex(8)}.txt"
        for stale in self._reports(place, step):  # one that is part of the commit says nothing about this run
            remove_file(stale, root=self._root_of(stale, workspace))
        keeps = step.tells or step.builds
        done = started(workspace, place, step, str(output) if keeps else "", deadline.left())
        done = replace(done, argv=step.argv, output=_text(output) if keeps else done.output)
        if done.timed_out:
            raise deadline.missed(f"`{shlex.join(step.argv)}`")
        if done.ended_by:
            raise InfrastructureError(f"the tests were ended: {done.ended_by}")
        if done.exit_code in _NOT_STARTED or done.exit_code < 0:
            raise InfrastructureError(f"the tests cannot be run here; {done.explanation}")
        return done, output

    def _read(self, workspace: Workspace, step: Step, done: Completed, output: Path, *, may_lack: bool) -> TestReport:
        """What *step* reported. Raises UnsupportedError where it reported nothing that can be read, and should have."""
        place = self._place(workspace)
        found = (output,) if step.tells else self._reports(place, step)
        root = self._root_of(found[0], workspace) if found else workspace.root
        if not found and not may_lack:
            raise UnsupportedError(f"{self.framework.name} left no report; {done.explanation}")
        try:
            report = reports.read_reports(found, root=root)
        except UnsupportedError as error:
            if may_lack:
                return TestReport()
            raise UnsupportedError(f"{error}; {done.explanation}") from error
        return replace(
            report, cases=tuple(replace(case, id=self.framework.id_of(case, place)) for case in report.cases)
        )

    @cached_property
    def _tools(self) -> tuple[str, ...]:
        """What the recording of lines needs. Raises UnsupportedError where it is not here."""
        name = self.framework.name
        return jacoco.find(name, self.environment) if RECORDINGS[name].kind == "jacoco" else ()

    def _place(self, workspace: Workspace) -> Place:
        folder = workspace.root / self.folder if self.folder else workspace.root
        desk = workspace.outbox / secrets.token_hex(8)
        return Place(folder, workspace.outbox, desk, environment=self.environment)

    def _root_of(self, report: Path, workspace: Workspace) -> Path:
        return workspace.outbox if report.is_relative_to(workspace.outbox) else workspace.root

    def _reports(self, place: Place, step: Step) -> tuple[Path, ...]:
        return reports.find(Path(place.folder), step.reports) if step.reports else ()

    def _inside(self, id_: str) -> str:
        return id_.removeprefix(f"{self.folder}/") if self.folder else id_

    def _outside(self, id_: str) -> str:
        return f"{self.folder}/{id_}" if self.folder else id_

    def _typed(self) -> str:
        return " && ".join(filter(None, (self._into(), shlex.join(self.framework.command))))

    def _into(self) -> str:
        return f"cd {shlex.quote(self.folder)}" if self.folder else ""


def _doubted(report: TestReport, done: Completed) -> TestReport:
    """*report*, which is partial where nothing in it explains how its run ended."""
    if not done.exit_code or report.tally.red:
        return report
    return replace(report, partial=(*report.partial, f"nothing in its report is red, and {done.explanation}"))


def _without_tests(step: Step) -> Step:
    return replace(step, argv=step.build_alone, reports=(), ran=(0,)) if step.build_alone else step


def _text(file: Path) -> str:
    """The end of what was printed; empty where nothing was, or where it cannot be read safely."""
    try:
        with open_regular(file, root=file.parent, max_bytes=_MAX_OUTPUT) as opened:
            opened.seek(max(0, os.fstat(opened.fileno()).st_size - _SHOWN))
            return opened.read(_SHOWN).decode("utf-8", "replace")
    except (UnsupportedError, OSError):
        return ""


def _complaint(done: Completed, root: Path) -> tuple[str, tuple[str, int | None]]:
    """What a build that failed says is wrong, and where first."""
    text = done.output.replace(f"{root}/", "").replace(str(root), ".")
    found = findings_in(text, "")
    first = next((finding for finding in found if finding.file), found[0] if found else None)
    said = first.message if first else f"it ended with exit code {done.exit_code}"
    return f"{said}\n\n{text}", (first.file, first.line) if first else ("", None)
