"""A proposer's door to a project that stands in memory, and the evidence that it gets."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from agent_ci.core.coverage import Coverage
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.core.test_style import style_of
from agent_ci.core.untested import definitions, targets
from agent_ci.ports import Workspace
from agent_ci.proposers.characterise.proposer import Characterise
from agent_ci.sandboxes.none import NoSandbox
from bench.tests.project import Project
from bench.trees import Files

_SECONDS = 600.0


@dataclass(frozen=True)
class Workbench:
    """Copies of *tree*, without a sandbox: the projects are ours or well known."""

    tree: Files

    def question(self, _attempts: tuple[Attempt, ...]) -> str:
        """Nothing is asked."""
        return ""

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        """A fresh copy."""
        with NoSandbox({"PATH": os.environ["PATH"]}).open(self.tree) as workspace:
            yield workspace

    def seconds_left(self) -> float:
        """Enough."""
        return _SECONDS


def evidence_of(project: Project, python: str = sys.executable) -> Evidence:
    """What the job would know, where no test ran any line of the module before; *python* runs the repository's code."""
    changed = {project.path: project.lines}
    found = targets(changed, project.files, Coverage({}), repaired={})
    wanted = tuple(one for one in found if not project.functions or one.function in project.functions)
    style = style_of(project.path, project.files, roots=project.roots)
    toolchain = {"runner": "pytest", "python": python, "pythonpath": os.pathsep.join(project.roots)}
    covering = tuple(f"{path}::all" for path in project.tests)
    return Evidence(
        "tests", "untested", tree="0" * 40, untested=wanted, style=style, toolchain=toolchain, covering=covering
    )


def reply_of(project: Project, proposer: Characterise | None = None, *, python: str = sys.executable) -> Reply:
    """What the *proposer*, as it is by default, says to *project*, whose code *python* runs."""
    return answered(evidence_of(project, python), project.files, proposer)


def answered(evidence: Evidence, files: Mapping[str, str], proposer: Characterise | None = None) -> Reply:
    """What it says to *evidence* about *files*."""
    session = (proposer or Characterise()).propose(evidence, (), Workbench(Files(files)))
    return next(session, Reply("characterise", objection="nothing was asked"))


def text_of(reply: Reply) -> str:
    """The file that the diff in *reply* adds; empty where it adds none."""
    rows = reply.text.partition("\n+++ ")[2].split("\n")[2:]
    return "".join(f"{row[1:]}\n" for row in rows if row.startswith("+"))


def body_lines(project: Project) -> frozenset[int]:
    """The changed lines that stand in functions: those that no import runs."""
    inside = {
        line
        for one in definitions(project.source)
        if not one.is_stub and (not project.functions or one.name in project.functions)
        for line in range(one.first, one.last + 1)
    }
    return frozenset(project.lines & inside)
