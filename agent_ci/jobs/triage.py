"""Knows what a red build is, by running it: whose fault, steady or flaky, broken from outside, reproducible or not."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import reports
from agent_ci.core.cells import Cell
from agent_ci.core.chosen import matching, of_groups, told_of
from agent_ci.core.diagnosis import flakes, is_manifest, outside_cause, undeclared
from agent_ci.core.logs.classes import outside_cause_of, sure
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Control, Evidence, Flake, Side
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.joblogs import Reading
from agent_ci.jobs.controls import Controls, attributed
from agent_ci.pipeline import Tools

_SHORT = 60  # characters: what is longer is no help in one sentence
_MOST_NAMES = 5
_SYSTEMS = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}
_TELLS_TIME = r"\b(today|now|utcnow|time|time_ns|localtime|gmtime|strftime|ctime)[(]"


@dataclass(frozen=True)
class Triage:
    """What the user gave to start from.

    ``report_paths`` are the reports of the red run, and ``said`` is what its logs say. ``base`` is the commit to
    compare with, None where there is none, and ``base_note`` says why. ``refuse_red_base`` stops a run whose
    failures the base shows too. ``only`` are the fingerprints of the root causes to repair, none for all.
    """

    job: str = "fix"
    tree: str = ""
    report_paths: tuple[Path, ...] = ()
    said: Reading = field(default_factory=Reading)
    base: str | None = None
    base_note: str = ""
    refuse_red_base: bool = False
    only: tuple[str, ...] = ()

    def diagnose(self, tools: Tools) -> Evidence:
        """Run the suite and the controls, and say what is to be repaired or why nothing can be."""
        with tools.progress.phase("read reports"):
            each = self._reported(tools.repository.root)
            reported = reports.joined(each.values())
        with tools.progress.phase("reproduce"):
            before, seconds = Controls(tools, ()).whole(self.tree)
        evidence = _reproduced(self._known(before, tools), reported, self.only)
        evidence = replace(evidence, cells=_cells(self._about(each, evidence.targets), evidence.targets))
        if evidence.settled is Outcome.CANNOT_REPRODUCE:
            with tools.progress.phase("controls (other orders)"):
                return self._looked_for(evidence, told_of(reported.red, self.only), tools)
        if evidence.settled is None:
            first = Controls(tools, evidence.target_ids).seen(Side.HEAD, before, alone=False, seconds=seconds)
            evidence = replace(evidence, controls=(first,))
            with tools.progress.phase("controls (head)"):
                evidence = self._on_head(tools, evidence)
        if evidence.settled is None and self.base is not None:
            with tools.progress.phase("controls (base)"):
                evidence = self._on_base(tools, evidence)
        return evidence if evidence.settled else self._blamed(tools, evidence)

    def _reported(self, checkout: Path) -> dict[Path, TestReport]:
        """What each report says. Those in the checkout are read without following any link out of it."""
        if not self.report_paths:
            return {}
        is_inside = all(path.is_relative_to(checkout) for path in self.report_paths)
        root = checkout if is_inside else None
        return reports.read_each(self.report_paths, root=root, keep=reports.Keep.RED)

    def _about(self, each: Mapping[Path, TestReport], targets: tuple[TestCase, ...]) -> Mapping[Path, TestReport]:
        """What *each* report says, of *targets* alone where root causes are named: others answer for the rest."""
        if not self.only:
            return each
        return {path: TestReport.of(*matching(report.red, targets)) for path, report in each.items()}

    def _known(self, before: TestReport, tools: Tools) -> Evidence:
        toolchain = tools.runner.toolchain
        left_out = toolchain.get("without", "")
        missing = f"not all tests of the repository are run here, without {left_out}" if left_out else ""
        notes = (*self.said.notes, *filter(None, (self.base_note, missing)))
        return Evidence(
            job=self.job,
            summary="",
            tree=self.tree,
            before=before,
            findings=self.said.findings,
            logs=self.said.logs,
            notes=notes,
            system=_SYSTEMS.get(platform.system(), platform.system().lower()),
            toolchain=toolchain,
        )

    def _looked_for(self, evidence: Evidence, reported: tuple[TestCase, ...], tools: Tools) -> Evidence:
        """*evidence* of a failure that was reported and not seen: run alone and in other orders before giving up."""
        ids = tuple(case.id for case in matching(evidence.before.cases, reported) if case.status is Status.PASSED)
        if not ids:
            summary = f"{evidence.summary}; the reported tests are not run here (skipped, deselected or not there)"
            return replace(evidence, summary=summary)
        controls = Controls(tools, ids)
        runs = [controls.seen(Side.HEAD, evidence.before, alone=False, seconds=0.0)]
        try:
            for run in controls.shuffled(self.tree):
                runs.append(run)
                if run.is_red:
                    break
            if not runs[-1].is_red:
                runs += controls.repeated(Side.HEAD, self.tree, until=_has_red, runs=tools.repeat - 1)
        except (InfrastructureError, UnsupportedError) as error:
            return _noted(evidence, f"the reported tests could not be run again: {error}")
        evidence = replace(evidence, controls=tuple(runs))
        unsteady = flakes(ids, runs)
        return self._flaky(evidence, unsteady, runs, tools) if unsteady else evidence

    def _on_head(self, tools: Tools, evidence: Evidence) -> Evidence:
        """*evidence* without the tests that were both red and green on the head; settled where none is left."""
        controls = Controls(tools, evidence.target_ids)
        first = list(evidence.controls)

        def is_settled(made: list[Control]) -> bool:
            return len(flakes(evidence.target_ids, (*first, *made))) == len(evidence.target_ids)

        runs = first + controls.repeated(Side.HEAD, self.tree, until=is_settled, runs=max(1, tools.repeat - 1))
        evidence = replace(evidence, controls=tuple(runs))
        unsteady = flakes(evidence.target_ids, runs)
        if not unsteady:
            return _noted(evidence, f"the failing tests fail in {len(runs)} of {len(runs)} runs")
        return self._flaky(evidence, unsteady, runs, tools)

    def _flaky(self, evidence: Evidence, unsteady: tuple[Flake, ...], runs: list[Control], tools: Tools) -> Evidence:
        """*evidence* without the *unsteady* tests, the first of which is looked into."""
        with tools.progress.phase("controls (what flips it)"):
            found = (attributed(unsteady[0], runs, self.tree, tools), *unsteady[1:])
        ids = {flake.id for flake in found}
        steady = tuple(case for case in evidence.targets if case.id not in ids)
        counts = "; ".join(map(_flake_sentence, found))
        evidence = replace(evidence, flakes=(*evidence.flakes, *found), targets=steady)
        if not steady:
            return replace(evidence, settled=Outcome.FLAKY, summary=f"flaky on one commit: {counts}")
        return _noted(replace(evidence, summary=summary_of(steady)), f"flaky and left alone: {counts}")

    def _on_base(self, tools: Tools, evidence: Evidence) -> Evidence:
        """*evidence* with the runs of its failing tests on the base."""

        def is_settled(made: list[Control]) -> bool:
            return not any(_is_always_red(id_, made) for id_ in evidence.target_ids)

        controls = Controls(tools, evidence.target_ids)
        try:
            made = controls.repeated(Side.BASE, str(self.base), until=is_settled, runs=tools.repeat)
        except (InfrastructureError, UnsupportedError) as error:
            return _noted(evidence, f"base: unavailable, its tests cannot be run here ({error})")
        return replace(evidence, controls=(*evidence.controls, *made))

    def _blamed(self, tools: Tools, evidence: Evidence) -> Evidence:
        """*evidence* without what this change did not cause: broken from outside, told by the clock, red before."""
        runs = [control for control in evidence.controls if control.side is Side.BASE]
        others = tuple(case for case in evidence.targets if not runs or _is_always_red(case.id, runs))
        caused = tuple(case for case in evidence.targets if case not in others)
        if not others:
            sentence = f"the failing tests do not fail on the base ({len(runs)} run(s)): this change caused them"
            return replace(_noted(evidence, sentence), caused_by_change=True)
        others, evidence = self._without_outside_causes(tools, evidence, others)
        if others:
            with tools.progress.phase("controls (clock)"):
                others, evidence = self._without_the_clock(tools, evidence, others)
        if runs and others:
            red = {case.id for case in others}
            if not self.refuse_red_base:
                evidence = _noted(evidence, f"{_count(red)} on the base as well; the build itself is being repaired")
            elif not caused:
                summary = f"{_count(red)} on the base in the same way ({len(runs)} runs); this change is not to blame"
                return replace(evidence, settled=Outcome.BASE_RED, summary=summary)
            else:
                names = ", ".join(sorted(red))
                evidence = _noted(evidence, f"{_count(red)} on the base as well and is left alone: {names}")
                others = ()
        left = tuple(case for case in evidence.targets if case in caused or case in others)
        if not left:
            outcome = Outcome.FLAKY if evidence.flakes else Outcome.INFRASTRUCTURE
            return replace(evidence, settled=outcome, targets=(), summary=evidence.notes[-1])
        return replace(evidence, targets=left, summary=summary_of(left), caused_by_change=bool(runs) and not others)

    def _without_outside_causes(
        self, tools: Tools, evidence: Evidence, cases: tuple[TestCase, ...]
    ) -> tuple[tuple[TestCase, ...], Evidence]:
        tree = tools.clone.tree(self.tree)
        manifests = [tree.read(path).decode("utf-8", "replace") for path in tree.paths() if is_manifest(path)]
        causes = {case.id: cause for case in cases if (cause := outside_cause(case, manifests))}
        for note in undeclared((case for case in cases if case.id not in causes), tree.paths()):
            evidence = _noted(evidence, note)
        if not causes:
            return cases, evidence
        what = "; ".join(
            f"{cause} ({_names(id_ for id_ in causes if causes[id_] == cause)})"
            for cause in dict.fromkeys(causes.values())
        )
        return tuple(case for case in cases if case.id not in causes), _noted(evidence, f"broken from outside: {what}")

    def _without_the_clock(
        self, tools: Tools, evidence: Evidence, cases: tuple[TestCase, ...]
    ) -> tuple[tuple[TestCase, ...], Evidence]:
        """*cases* without those that pass at another time; looked into only where something asks for the time."""
        if "clock" not in tools.runner.varies or not tools.clone.tree(self.tree).mentions(_TELLS_TIME):
            return cases, evidence
        ids = tuple(case.id for case in cases)
        runs = [control for control in evidence.controls if control.side is Side.HEAD]
        try:
            runs += Controls(tools, ids).at_other_times(self.tree)
        except (InfrastructureError, UnsupportedError):
            return cases, evidence
        found = tuple(replace(flake, flipped_by="the clock") for flake in flakes(ids, runs))
        if not found:
            return cases, evidence
        told = {flake.id for flake in found}
        evidence = replace(evidence, controls=(*evidence.controls, *(run for run in runs if run.conditions.clock)))
        evidence = replace(evidence, flakes=(*evidence.flakes, *found))
        counts = "; ".join(map(_flake_sentence, found))
        return tuple(case for case in cases if case.id not in told), _noted(evidence, f"flaky: {counts}")


def _reproduced(evidence: Evidence, reported: TestReport, only: tuple[str, ...]) -> Evidence:
    """*evidence* with the red cases as targets; settled where nothing is red, or not what was reported.

    Where root causes are named, those of them alone are the targets. Raises UsageError for one that is not known.
    """
    before = evidence.before
    if not before.is_complete:
        raise UnsupportedError(f"the report of our own run is partial: {'; '.join(before.partial)}")
    found = matching(before.red, reported.red) if reported.tally.red else _asked_for(before.red, evidence.toolchain)
    targets = of_groups(found, reported.red, only) if found or reported.tally.red else ()
    if targets:
        evidence = _without(evidence, len(before.red) - len(found), "more case(s) fail here than were reported")
        evidence = _without(evidence, len(found) - len(targets), "failing case(s) have root causes that --group leaves")
        return replace(evidence, targets=targets, summary=summary_of(targets))
    if reported.tally.red:
        told = told_of(reported.red, only)
        names = ", ".join(sorted({case.id for case in told})[:5])
        count = len(told) if only else reported.tally.red
        summary = f"{count} reported failure(s) do not happen here ({names}): {_where(evidence)}"
        return replace(evidence, settled=Outcome.CANNOT_REPRODUCE, summary=summary)
    if reported.partial:
        summary = f"the suite passes here, and the report given cannot be trusted: {'; '.join(reported.partial)}"
        return replace(evidence, settled=Outcome.UNSUPPORTED, summary=summary)
    if not before.is_green:
        raise UnsupportedError("no test ran; name the command that runs the tests with --run")
    if outside := outside_cause_of(evidence.findings):
        summary = f"the suite passes here, and the log names a cause outside of the repository ({outside})"
        return replace(evidence, settled=Outcome.INFRASTRUCTURE, summary=summary)
    if named := sure(evidence.findings):
        more = f" and {len(named) - 1} more" if len(named) > 1 else ""
        said = f"{named[0].message} ({named[0].kind}){more}"
        summary = f"the log says {said}, and the tests do not show it here; name the command that failed with --run"
        return replace(evidence, settled=Outcome.CANNOT_REPRODUCE, summary=summary)
    summary = f"the build is green: {before.tally.passed} passed, {before.tally.skipped} skipped"
    return replace(evidence, settled=Outcome.NOTHING_TO_DO, summary=summary)


def _asked_for(red: tuple[TestCase, ...], toolchain: Mapping[str, str]) -> tuple[TestCase, ...]:
    """Of *red* the command that the user named, where it is a case itself: the tests beside it must not get worse."""
    return tuple(case for case in red if case.id == toolchain.get("command")) or red


def _without(evidence: Evidence, count: int, which: str) -> Evidence:
    """*evidence* with a note that *count* red cases, *which* says what they are, are no targets."""
    return _noted(evidence, f"{count} {which}; they are left alone") if count else evidence


def _cells(each: Mapping[Path, TestReport], targets: tuple[TestCase, ...]) -> tuple[Cell, ...]:
    """The jobs that reported failures, one per report, with the ids that those failures have here."""
    cells = []
    for path, report in each.items():
        if report.red:
            ours = {(case.classname, case.name): case.id for case in targets}
            failed = (ours.get((case.classname, case.name), case.id) for case in report.red)
            cells.append(Cell.named("/".join(path.parts[-2:]), tuple(dict.fromkeys(failed))))
    return tuple(cells)


def _has_red(runs: list[Control]) -> bool:
    return any(run.is_red for run in runs)


def _is_always_red(id_: str, runs: list[Control]) -> bool:
    return bool(runs) and all(run.statuses.get(id_, Status.PASSED).is_red for run in runs)


def _noted(evidence: Evidence, note: str) -> Evidence:
    return replace(evidence, notes=(*evidence.notes, note))


def summary_of(targets: tuple[TestCase, ...]) -> str:
    """The failing tests in one sentence: the first of them, how many more, and what it says."""
    first = targets[0]
    message = next(iter(first.message.strip().splitlines()), "no message")
    more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
    return f"{first.id}{more}: {message}"


def _flake_sentence(flake: Flake) -> str:
    why = {"": "", "chance": "; nothing that was varied decides it, so it is chance"}.get(
        flake.flipped_by, f"; {flake.flipped_by} flips it"
    )
    return f"{flake.id} passed in {flake.passed} of {flake.runs} runs{why}"


def _names(ids: Iterable[str]) -> str:
    named = sorted(ids)
    return ", ".join(named[:_MOST_NAMES]) + (f" and {left} more" if (left := len(named) - _MOST_NAMES) > 0 else "")


def _count(ids: set[str]) -> str:
    return f"{len(ids)} failing test(s) fail" if len(ids) > 1 else f"{next(iter(ids))} fails"


def _where(evidence: Evidence) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.toolchain.items() if value and len(value) < _SHORT)
