"""Puts the proven patches of a plan's cells together and proves the whole once more, believing none of them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import cells
from agent_ci.artifacts import CELL_PATCH
from agent_ci.cells import Given
from agent_ci.clone import Clone
from agent_ci.core import merged
from agent_ci.core.change import Patch
from agent_ci.core.grouping import groups
from agent_ci.core.joining import Part, joined, ordered
from agent_ci.core.outcome import Outcome
from agent_ci.core.plan import Plan
from agent_ci.core.run import Attempt, Control, Evidence, Reply, Side, Verdict
from agent_ci.errors import RefusedError, UnsupportedError, UsageError
from agent_ci.jobs.controls import Controls
from agent_ci.jobs.fix import Fix
from agent_ci.jobs.triage import summary_of
from agent_ci.pipeline import Tools, refusals
from agent_ci.process import ToolError
from agent_ci.session import Session

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass
class Merging:
    """The command `merge` over the ``folders`` of the cells; ``plan_file`` is the plan that they come from, if any.

    Raises UsageError for a folder that our own files would be written over.
    """

    session: Session
    folders: tuple[Path, ...]
    plan_file: Path | None = None
    printed: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Look at the folders before anything is written."""
        out = self.session.settings.out.resolve()
        if any(folder.resolve() == out for folder in self.folders):
            raise UsageError(f"{out} is the folder of a cell and --out as well; name another folder with --out")

    def run(self) -> Verdict:
        """Read the cells, join and prove their patches, and deliver the whole. Raises AgentCIError."""
        plan = cells.plan_in(self.plan_file) if self.plan_file else None
        rows = cells.parts_of(tuple(map(cells.given, dict.fromkeys(self.folders))), plan)
        with self.session.opened() as (job, opened):
            tools = _within(plan, opened)
            tree = self.session.tree(tools.repository, tools.clone).id
            if plan and plan.tree != tree:
                raise UsageError(f"the plan was made for the commit {plan.commit[:12]!r}; check that one out")
            parts = tuple(self._kept(part, each, tools, tree) for part, each in rows)
            self.session.merged = merged.rows(parts, frozenset())
            found, parts, repaired = _Merge(job, tools, plan, tree).of(parts)
            self.session.merged = merged.rows(parts, repaired)
            return self.session.deliver(found, tools)

    def _kept(self, told: Part, each: Given | None, tools: Tools, tree: str) -> Part:
        """*told* with its patch, which is kept in our own folder, so that it is not lost whatever becomes of it."""
        if each is None:
            return told
        part = cells.with_patch(told, each, commit=tools.context.commit, tree=tree, clone=tools.clone)
        if part.patch is None:
            return part
        name = f"{CELL_PATCH}{_UNSAFE.sub('_', part.label.removeprefix('cell '))}.patch"
        try:
            self.session.output.keep_patch(name, each.content)
        except RefusedError as error:
            return replace(part, left_out=str(error))
        return replace(part, kept_as=name)


def _within(plan: Plan | None, tools: Tools) -> Tools:
    """*tools* with no more time than *plan* left for the merge."""
    if plan is None:
        return tools
    seconds = min(tools.budget.seconds, plan.merge_seconds)
    return replace(tools, budget=replace(tools.budget, seconds=seconds))


@dataclass(frozen=True)
class _Merge:
    """One merge on *tree*, the files of the judged commit."""

    job: Fix
    tools: Tools
    plan: Plan | None
    tree: str

    def of(self, parts: tuple[Part, ...]) -> tuple[Verdict, tuple[Part, ...], frozenset[str]]:
        """How the merge of *parts* ends, each part with what became of it, and the root causes that are repaired."""
        usable = tuple(part for part in parts if part.is_in)
        if not usable:
            evidence = Evidence(
                "merge", "no cell has a patch to merge", self.tree, notes=merged.notes(parts, self.plan)
            )
            return merged.verdict(evidence, parts, (), frozenset(), is_planned=bool(self.plan)), parts, frozenset()
        with self.tools.progress.phase("join the patches"):
            judged, tree = joined(usable, self.tree, functools.partial(_join, self.tools.clone))
        evidence = self._evidence(tuple(part for part in judged if part.is_in))
        if evidence.settled:
            return Verdict(evidence.settled, evidence.summary, evidence), parts, frozenset()
        attempts, judged = self._proven(judged, tree, evidence)
        became = {part.label: part for part in judged}
        parts = tuple(became.get(part.label, part) for part in parts)
        repaired = merged.repaired_by(attempts[-1] if attempts[-1].is_proven else None, parts, self.plan)
        evidence = replace(evidence, notes=(*evidence.notes, *merged.notes(parts, self.plan)))
        return merged.verdict(evidence, parts, attempts, repaired, is_planned=bool(self.plan)), parts, repaired

    def _evidence(self, inside: tuple[Part, ...]) -> Evidence:
        """The suite on the commit, with what *inside* claims to repair as targets. Raises UnsupportedError."""
        with self.tools.progress.phase("reproduce"):
            before, seconds = Controls(self.tools, ()).whole(self.tree)
        if not before.is_complete:
            raise UnsupportedError(f"the report of our own run is partial: {'; '.join(before.partial)}")
        claimed = _claimed(inside)
        targets = tuple(case for case in before.red if case.id in claimed)
        known = Evidence("merge", "", self.tree, before=before, targets=targets, toolchain=self.tools.runner.toolchain)
        if not targets:
            summary = f"none of the {len(claimed)} failing test(s) that the cells repaired fails here"
            return replace(known, settled=Outcome.CANNOT_REPRODUCE, summary=summary)
        first = Controls(self.tools, known.target_ids).seen(Side.HEAD, before, alone=False, seconds=seconds)
        left = len(before.red) - len(targets)
        note = f"{left} more case(s) fail here that no merged patch claims to repair; they must not get redder"
        return replace(known, controls=(first,), summary=summary_of(targets), notes=(note,) if left else ())

    def _proven(
        self, judged: tuple[Part, ...], tree: str, evidence: Evidence
    ) -> tuple[tuple[Attempt, ...], tuple[Part, ...]]:
        """The attempts at the whole; where it does not prove, one part after the other is added to what does.

        The last attempt is the proof where there is one.
        """
        inside = tuple(part for part in judged if part.is_in)
        attempts = [self._attempt(inside, tree, evidence)]
        if attempts[0].is_proven:
            return tuple(attempts), judged
        kept: list[Part] = []
        why: dict[str, str] = {}
        for part in ordered(inside):
            tried = attempts[0] if len(inside) == 1 else self._beside(kept, part, attempts, evidence)
            if tried and tried.is_proven:
                attempts.append(tried)
                kept.append(part)
            else:
                beside = f" beside {', '.join(one.label for one in kept)}" if kept else ""
                said = tried.objections[0] if tried else "there was no time left to prove it, or it does not apply"
                why[part.label] = f"it does not prove{beside}: {said}"
        return tuple(attempts), tuple(replace(part, left_out=why.get(part.label, part.left_out)) for part in judged)

    def _beside(self, kept: list[Part], part: Part, attempts: list[Attempt], evidence: Evidence) -> Attempt | None:
        """The attempt at *part* on top of *kept*, whose proof is the last of *attempts*; None without time for it."""
        proof = attempts[-1].patch if kept else None
        assert part.patch is not None  # noqa: S101 - only parts with a patch are inside
        tree = _join(self.tools.clone, proof.tree if proof else self.tree, part.patch)
        if tree is None or not self.tools.seconds_left():
            return None
        return self._attempt((*kept, part), tree, evidence)

    def _attempt(self, inside: tuple[Part, ...], tree: str, evidence: Evidence) -> Attempt:
        """The patches of *inside* as one change to *tree*, judged as it stands: in its cell, each hunk was needed."""
        claimed = _claimed(inside)
        targets = tuple(case for case in evidence.targets if case.id in claimed)
        evidence = replace(evidence, targets=targets, causes=max(1, len(groups(targets))))
        reasons = (part.run.reason for part in inside if part.run and part.run.outcome is Outcome.FIXED)
        reply = Reply(" + ".join(part.label for part in inside), cause="; ".join(dict.fromkeys(reasons)))
        patch = self.tools.clone.patch(self.tree, tree)
        policy, clone = self.tools.policy, self.tools.clone
        if refused := refusals(policy, clone, targets, patch, causes=evidence.causes):
            return Attempt(reply, patch, refused, refused=True)
        return self.job.confirm(Attempt(reply, patch), self._repeated(evidence), self.tools)

    def _repeated(self, evidence: Evidence) -> Evidence:
        """*evidence* with the conditions under which the repaired tests have to pass again."""
        conditions = Controls(self.tools, evidence.target_ids).schedule(self.tools.repeat - 1)
        alone = (Control(Side.HEAD, alone=True, statuses={}, seconds=0.0, conditions=each) for each in conditions)
        return replace(evidence, controls=(*evidence.controls, *alone))


def _claimed(parts: tuple[Part, ...]) -> frozenset[str]:
    """The ids of the tests that *parts* claim to repair."""
    return frozenset(id_ for part in parts if part.run for id_ in part.run.cases)


def _join(clone: Clone, tree: str, patch: Patch) -> str | None:
    """The tree with *patch* put onto it, None where they do not fit together."""
    try:
        return clone.apply(tree, patch.diff, is_merge=True)
    except ToolError:
        return None
