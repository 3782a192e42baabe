"""What the search makes of one bug in another language: its first offer, judged by the tests and by hidden checks."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import ports
from agent_ci.core.patches.diff import read_edits
from agent_ci.core.patches.relocate import relocate
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.errors import AgentCIError
from agent_ci.ports import Runner
from agent_ci.proposers.search.proposer import Search
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from bench.search.elsewhere.projects import Project
from bench.trees import Files

_SECONDS = 120.0  # of one run of the suite


@dataclass(frozen=True)
class Outcome:
    """One row: *grade* is the class of the first offer, empty where there was none."""

    project: Project
    is_plausible: bool = False
    is_right: bool = False
    grade: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    note: str = ""
    diff: str = ""


@dataclass(frozen=True)
class _Workbench:
    """A proposer's door to *tree*, with *seconds* left."""

    tree: Files
    seconds: float

    def question(self, _attempts: tuple[Attempt, ...]) -> str:
        return ""

    @contextmanager
    def open(self) -> Iterator[ports.Workspace]:
        with _sandbox().open(self.tree) as workspace:
            yield workspace

    def seconds_left(self) -> float:
        return self.seconds


def measure(project: Project, *, seconds: float) -> Outcome | None:
    """Have the bug repaired within *seconds* of wall clock; None where its tests do not see it.

    Raises MissingToolError where what runs the tests is not here.
    """
    with tempfile.TemporaryDirectory() as scratch:
        checkout = Path(scratch)
        write(checkout, project.red)
        project.prepare(checkout)
        runner = project.runner(checkout)
        report = _tested(runner, project.red)
        if report is None or not report.red or not _is_green(runner, project.tree(project.bug.source, _all(project))):
            return None
        return _searched(project, runner, report, seconds)


def _searched(project: Project, runner: Runner, report: TestReport, seconds: float) -> Outcome:
    evidence = Evidence("fix", "red", before=report, targets=report.red, toolchain=runner.toolchain)
    started, before = time.monotonic(), _children()
    offers = list(_offers(Search(runner=runner), evidence, _Workbench(Files(project.red), 2 * seconds)))
    outcome = Outcome(project, seconds=time.monotonic() - started, cpu=_children() - before)
    outcome = replace(outcome, note=offers[0].note if offers else "")
    with_text = [offer for offer in offers if offer.text]
    if not with_text:
        return outcome
    first = with_text[0]
    text = _text_after(project, first)
    is_plausible = _is_green(runner, project.tree(text, project.bug.checks))
    is_right = is_plausible and _is_green(runner, project.tree(text, project.bug.hidden))
    grade = "mention" if first.objection else "suggest" if first.doubts else "commit"
    return replace(outcome, is_plausible=is_plausible, is_right=is_right, grade=grade, diff=first.text)


def _all(project: Project) -> str:
    return f"{project.bug.checks.strip()}\n{project.bug.hidden.strip()}"


def _offers(search: Search, evidence: Evidence, workbench: _Workbench) -> Iterator[Reply]:
    session = search.propose(evidence, (), workbench)
    reply = next(session, None)
    while reply is not None:
        yield reply
        try:
            reply = session.send(Attempt(reply, objections=("not believed",)))
        except StopIteration:
            return


def _text_after(project: Project, offer: Reply) -> str:
    """What the module reads with *offer*; empty where that changes another file."""
    edits = read_edits(offer.text)
    if [edit.path for edit in edits] != [project.path]:
        return ""
    return (relocate(edits[0], project.bug.broken.encode()) or b"").decode()


def _tested(runner: Runner, files: Mapping[str, str]) -> TestReport | None:
    with _sandbox().open(Files(files)) as workspace:
        try:
            return runner.run(workspace, timeout=_SECONDS)
        except AgentCIError:
            return None


def _is_green(runner: Runner, files: Mapping[str, str]) -> bool:
    report = _tested(runner, files)
    return report is not None and not report.red and not report.partial and report.tally.total > 0


def _sandbox() -> NoSandbox:
    return NoSandbox({"PATH": os.environ["PATH"]})


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
