"""Splits a red build into the cells of a matrix: reads or runs it once, and repairs nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

from agent_ci import outputs, reports
from agent_ci.checkout import Repository
from agent_ci.clone import Clone, GitTree
from agent_ci.core.chosen import of_groups
from agent_ci.core.grouping import groups
from agent_ci.core.matrix import github_matrix, gitlab_pipeline
from agent_ci.core.outcome import Outcome
from agent_ci.core.plan import MOST_CELLS, Plan, plan_document, planned
from agent_ci.core.report import TestReport
from agent_ci.core.run import Evidence, Verdict
from agent_ci.errors import InfrastructureError, UnsupportedError, UsageError
from agent_ci.jobs.controls import Controls
from agent_ci.session import Session

FILE_NAME = "plan.json"


@dataclass
class Planning:
    """The command `plan`: at most ``cells`` cells.

    ``form`` is github, gitlab or json, and ``printed`` is the text or the document in that form.
    """

    session: Session
    cells: int
    form: str
    printed: str | Mapping[str, object] = ""

    def run(self) -> Verdict:
        """Read or run what is red, write the plan, and say so. Raises AgentCIError."""
        if not 1 <= self.cells <= MOST_CELLS:
            raise UsageError(f"--cells is from 1 to {MOST_CELLS}, the most jobs of one matrix, and is {self.cells}")
        with self.session.placed() as (repository, clone):
            tree = self.session.tree(repository, clone)
            paths, _ = self.session.left(tree)
            red = self._reported(paths) if paths else self._ran(repository, clone, tree)
        evidence = self._evidence(red, tree, is_told=bool(paths))
        plan = planned(
            groups(evidence.targets),
            self.session.settings.limits,  # what is left of a day or a change, each cell sees for itself
            most=self.cells,
            reports={
                self._name(path): frozenset(case.id for case in each.red)
                for path, each in red.items()
                if self._is_for_cells(path)
            },
        )
        if evidence.targets and not plan.cells:
            raise UsageError(f"the budget is too small to be divided: {plan.notes[0]}")
        self._write(replace(plan, commit=self.session.context.commit, tree=tree.id))
        verdict = _verdict(evidence, plan)
        self.session.console.say(f"{verdict.reason}; the plan is {self.session.settings.out / FILE_NAME}")
        return verdict

    def _reported(self, paths: tuple[Path, ...]) -> dict[Path | None, TestReport]:
        root = self.session.settings.repository
        is_inside = all(path.is_relative_to(root) for path in paths)
        with self.session.console.phase("read reports"):
            found = reports.read_each(paths, root=root if is_inside else None, keep=reports.Keep.RED)
        return {path: report for path, report in found.items()}  # noqa: C416 - another type of key

    def _ran(self, repository: Repository, clone: Clone, tree: GitTree) -> dict[Path | None, TestReport]:
        tools = self.session.tools(repository, clone)
        with self.session.console.phase("run the tests"):
            report, _ = Controls(tools, ()).whole(tree.id)
        return {None: report}

    def _evidence(self, each: Mapping[Path | None, TestReport], tree: GitTree, *, is_told: bool) -> Evidence:
        """What is red, in the order of the reports. Raises UnsupportedError where that cannot be told."""
        report = reports.joined(each.values())
        if report.partial and not (is_told and report.red):
            raise UnsupportedError(f"what fails cannot be planned, the report is partial: {'; '.join(report.partial)}")
        if not report.red and not report.is_green:
            raise UnsupportedError("no test ran; name the command that runs the tests with --run")
        first = {case.id: case for case in reversed(report.red)}
        red = tuple(case for case in report.red if first[case.id] is case)  # several jobs may report one case
        targets = of_groups(red, (), self.session.settings.group)
        notes = tuple(f"not all of a report could be read: {reason}" for reason in report.partial)
        if left := report.tally.red - len(report.red):
            notes = (*notes, f"{left} more failures were reported than are kept; plan again once these are repaired")
        before = TestReport() if is_told else report
        return Evidence("plan", "", tree.id, before=before, targets=targets, notes=notes)

    def _write(self, plan: Plan) -> None:
        session = self.session
        self.printed = session.output.write_evidence(plan_document(plan), FILE_NAME)
        if self.form == "github":
            self.printed = matrix = github_matrix(plan)
            self._set_outputs({"matrix": matrix, "cells": str(len(plan.cells))})
        elif self.form == "gitlab":
            self.printed = gitlab_pipeline(plan, job=session.context.job, variables=self._variables(plan))

    def _variables(self, plan: Plan) -> dict[str, str]:
        """The options of this run that every cell needs as well, as environment variables."""
        chosen = self.session.settings
        told = "\n".join(dict.fromkeys(name for cell in plan.cells for name in cell.reports))
        named = {"AGENT_CI_REPORT": told, "AGENT_CI_RUN": chosen.run or "", "AGENT_CI_BASE": chosen.base or ""}
        return {name: value for name, value in named.items() if value}

    def _set_outputs(self, values: Mapping[str, str]) -> None:
        """Tell the jobs that follow the matrix, where a job can be told. Raises InfrastructureError."""
        if fault := outputs.write(values, self.session.environment, self.session.outward):
            raise InfrastructureError(fault)

    def _is_for_cells(self, path: Path | None) -> TypeGuard[Path]:
        """Whether *path* is a report that the cells have as well; what was fetched, each of them fetches for itself."""
        chosen = self.session.settings
        return path is not None and (bool(chosen.report) or path.is_relative_to(chosen.repository))

    def _name(self, path: Path) -> str:
        root = self.session.settings.repository
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else os.fspath(path)


def _verdict(evidence: Evidence, plan: Plan) -> Verdict:
    if not evidence.targets:
        reason = "nothing fails, so that there is nothing to plan"
        return Verdict(Outcome.NOTHING_TO_DO, reason, replace(evidence, summary=reason))
    causes, cells = len(plan.fingerprints), len(plan.cells)
    reason = f"{len(evidence.target_ids)} failing test(s) of {causes} root cause(s) in {cells} cell(s)"
    return Verdict(Outcome.EXPLAINED, reason, replace(evidence, summary=reason, notes=(*evidence.notes, *plan.notes)))
