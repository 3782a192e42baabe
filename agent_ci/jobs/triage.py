"""Knows what a red build is, by running it: whose fault, steady or flaky, reproducible here or not."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import reports
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Control, Evidence, Finding, Side
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.pipeline import Tools

_SHORT = 60  # characters: what is longer is no help in one sentence
_SHARE_OF_TIME = 0.25  # of the time limit, for the controls of one side


@dataclass(frozen=True)
class Triage:
    """What the user gave to start from.

    ``report_paths`` are the reports of the red run and ``findings`` what its logs say. ``base`` is the commit to
    compare with, None where there is none, and ``base_note`` says why. ``refuse_red_base`` stops a run whose
    failures the base shows too.
    """

    job: str = "fix"
    tree: str = ""
    report_paths: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    base: str | None = None
    base_note: str = ""
    refuse_red_base: bool = False

    def diagnose(self, tools: Tools) -> Evidence:
        """Run the suite and the controls, and say what is to be repaired or why nothing can be."""
        with tools.progress.phase("read reports"):
            reported = self._reported(tools.repository.root)
        with tools.progress.phase("reproduce"):
            started = time.monotonic()
            with tools.sandbox.open(tools.clone.tree(self.tree)) as workspace:
                before = tools.runner.run(workspace, timeout=max(1.0, tools.seconds_left()))
            seconds = time.monotonic() - started
        evidence = _reproduced(self._known(before, tools), reported)
        if evidence.settled is None:
            seen = {id_: before.statuses[id_] for id_ in evidence.target_ids}
            evidence = replace(evidence, controls=(Control(Side.HEAD, alone=False, statuses=seen, seconds=seconds),))
            with tools.progress.phase("controls (head)"):
                evidence = _without_flaky(self._with_controls(tools, evidence, Side.HEAD))
        if evidence.settled is None and self.base is not None:
            with tools.progress.phase("controls (base)"):
                evidence = self._on_base(tools, evidence)
        return evidence

    def _on_base(self, tools: Tools, evidence: Evidence) -> Evidence:
        try:
            return self._against_base(self._with_controls(tools, evidence, Side.BASE))
        except (InfrastructureError, UnsupportedError) as error:
            return _noted(evidence, f"base: unavailable, its tests cannot be run here ({error})")

    def _reported(self, checkout: Path) -> TestReport:
        """What the reports say. Those in the checkout are read without following any link out of it."""
        if not self.report_paths:
            return TestReport()
        is_inside = all(path.is_relative_to(checkout) for path in self.report_paths)
        root = checkout if is_inside else None
        return reports.read_reports(self.report_paths, root=root, keep=reports.Keep.RED)

    def _known(self, before: TestReport, tools: Tools) -> Evidence:
        notes = (self.base_note,) if self.base_note else ()
        return Evidence(
            job=self.job,
            summary="",
            tree=self.tree,
            before=before,
            findings=self.findings,
            notes=notes,
            toolchain=tools.runner.toolchain,
        )

    def _with_controls(self, tools: Tools, evidence: Evidence, side: Side) -> Evidence:
        """*evidence* with runs of the failing tests alone on *side*, each in a fresh copy.

        They stop early once red and green were both seen, once the base was green, at the number of runs
        asked for, and when their share of the time limit is used.
        """
        controls = list(evidence.controls)
        deadline = tools.clock() + _SHARE_OF_TIME * tools.seconds_left()
        tree = tools.clone.tree(self.tree if side is Side.HEAD else str(self.base))
        while True:
            mine = [control for control in controls if control.side is side]
            is_settled = len({control.is_red for control in mine}) > 1 or (side is Side.BASE and _has_green(mine))
            if is_settled or len(mine) >= tools.repeat or (mine and tools.clock() >= deadline):
                return replace(evidence, controls=tuple(controls))
            started = time.monotonic()
            with tools.sandbox.open(tree) as workspace:
                report = tools.runner.run(workspace, only=evidence.target_ids, timeout=max(1.0, tools.seconds_left()))
            controls.append(
                Control(side, alone=True, statuses=dict(report.statuses), seconds=time.monotonic() - started)
            )

    def _against_base(self, evidence: Evidence) -> Evidence:
        """*evidence* without what the base shows too; settled as ``base_red`` where nothing else is left."""
        runs = [control for control in evidence.controls if control.side is Side.BASE]
        red = {id_ for id_ in evidence.target_ids if _is_always_red(id_, runs)}
        caused = tuple(case for case in evidence.targets if case.id not in red)
        if not red:
            return _noted(
                evidence,
                f"the failing tests do not fail on the base ({len(runs)} run(s)): this change caused them",
            )
        if not self.refuse_red_base:
            return _noted(evidence, f"{_count(red)} on the base as well; the build itself is being repaired")
        if not caused:
            summary = f"{_count(red)} on the base in the same way ({len(runs)} runs); this change is not to blame"
            return replace(evidence, settled=Outcome.BASE_RED, summary=summary)
        remaining = replace(evidence, targets=caused, summary=_summary(caused))
        return _noted(remaining, f"{_count(red)} on the base as well and is left alone: {', '.join(sorted(red))}")


def _reproduced(evidence: Evidence, reported: TestReport) -> Evidence:
    """*evidence* with the red cases as targets; settled where nothing is red, or not what was reported."""
    before = evidence.before
    if not before.is_complete:
        raise UnsupportedError(f"the report of our own run is partial: {'; '.join(before.partial)}")
    targets = _matching(before.red, reported) if reported.tally.red else before.red
    if targets:
        left = len(before.red) - len(targets)
        extra = (f"{left} more case(s) fail here than were reported; they are left alone",) if left else ()
        return replace(evidence, targets=targets, summary=_summary(targets), notes=(*evidence.notes, *extra))
    if reported.tally.red:
        names = ", ".join(sorted({case.id for case in reported.red})[:5])
        summary = f"{reported.tally.red} reported failure(s) do not happen here ({names}): {_where(evidence)}"
        return replace(evidence, settled=Outcome.CANNOT_REPRODUCE, summary=summary)
    if reported.partial:
        summary = f"the suite passes here, and the report given cannot be trusted: {'; '.join(reported.partial)}"
        return replace(evidence, settled=Outcome.UNSUPPORTED, summary=summary)
    if not before.is_green:
        raise UnsupportedError("no test ran; name the command that runs the tests with --run")
    summary = f"the build is green: {before.tally.passed} passed, {before.tally.skipped} skipped"
    return replace(evidence, settled=Outcome.NOTHING_TO_DO, summary=summary)


def _without_flaky(evidence: Evidence) -> Evidence:
    """*evidence* without cases that were both red and green on the head; settled where none is left."""
    runs = [control for control in evidence.controls if control.side is Side.HEAD]
    passes = Counter(id_ for run in runs for id_ in evidence.target_ids if run.statuses.get(id_) is Status.PASSED)
    if not passes:
        return _noted(evidence, f"the failing tests fail in {len(runs)} of {len(runs)} runs")
    counts = "; ".join(f"{id_} passed in {count} of {len(runs)} runs" for id_, count in sorted(passes.items()))
    steady = tuple(case for case in evidence.targets if case.id not in passes)
    if not steady:
        only_in_suite = all(run.is_red is not run.alone for run in runs)
        why = "it fails in the whole suite and passes alone, so it depends on other tests: " if only_in_suite else ""
        return replace(evidence, settled=Outcome.FLAKY, summary=f"flaky on one commit: {why}{counts}")
    return _noted(replace(evidence, targets=steady, summary=_summary(steady)), f"flaky and left alone: {counts}")


def _matching(red: tuple[TestCase, ...], reported: TestReport) -> tuple[TestCase, ...]:
    """The cases of *red* that were reported: by id, else by class and name, as other dialects name them."""
    ids = {case.id for case in reported.red}
    names = {(case.classname, case.name) for case in reported.red}
    return tuple(case for case in red if case.id in ids or (case.classname, case.name) in names)


def _has_green(runs: list[Control]) -> bool:
    return any(not run.is_red for run in runs)


def _is_always_red(id_: str, runs: list[Control]) -> bool:
    return bool(runs) and all(run.statuses.get(id_, Status.PASSED).is_red for run in runs)


def _noted(evidence: Evidence, note: str) -> Evidence:
    return replace(evidence, notes=(*evidence.notes, note))


def _summary(targets: tuple[TestCase, ...]) -> str:
    first = targets[0]
    message = next(iter(first.message.strip().splitlines()), "no message")
    more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
    return f"{first.id}{more}: {message}"


def _count(ids: set[str]) -> str:
    return f"{len(ids)} failing test(s) fail" if len(ids) > 1 else f"{next(iter(ids))} fails"


def _where(evidence: Evidence) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.toolchain.items() if value and len(value) < _SHORT)
