"""What the search makes of one bug in another language: its first offer, judged by the tests and by hidden checks."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.core.report import TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import AgentCIError
from agent_ci.ports import Runner
from agent_ci.proposers.search.proposer import Search
from bench.repositories import write
from bench.search.elsewhere.projects import Project
from bench.search.judge import sandbox
from bench.search.measure import Workbench, children_cpu, class_of, offers_of, text_after
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
    started, before = time.monotonic(), children_cpu()
    offers = list(offers_of(Search(runner=runner), evidence, Workbench(Files(project.red), 2 * seconds)))
    outcome = Outcome(project, seconds=time.monotonic() - started, cpu=children_cpu() - before)
    outcome = replace(outcome, note=offers[0].note if offers else "")
    with_text = [offer for offer in offers if offer.text]
    if not with_text:
        return outcome
    first = with_text[0]
    text = text_after(project.path, project.bug.broken.encode(), first)
    is_plausible = _is_green(runner, project.tree(text, project.bug.checks))
    is_right = is_plausible and _is_green(runner, project.tree(text, project.bug.hidden))
    return replace(outcome, is_plausible=is_plausible, is_right=is_right, grade=class_of(first), diff=first.text)


def _all(project: Project) -> str:
    return f"{project.bug.checks.strip()}\n{project.bug.hidden.strip()}"


def _tested(runner: Runner, files: Mapping[str, str]) -> TestReport | None:
    with sandbox().open(Files(files)) as workspace:
        try:
            return runner.run(workspace, timeout=_SECONDS)
        except AgentCIError:
            return None


def _is_green(runner: Runner, files: Mapping[str, str]) -> bool:
    report = _tested(runner, files)
    return report is not None and not report.red and not report.partial and report.tally.total > 0
