"""Knows what it takes to put a proven change on the head that its branch moved on to: the same proof, made there."""

from __future__ import annotations

from dataclasses import replace

from agent_ci.core.grouping import groups
from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Attempt, Cost, Evidence, Verdict
from agent_ci.errors import AgentCIError
from agent_ci.joblogs import Reading
from agent_ci.jobs.fix import Fix
from agent_ci.jobs.triage import summary_of
from agent_ci.pipeline import Tools, proven_by, refusals
from agent_ci.process import ToolError

_RUNS = 2  # of the whole suite that there has to be time for: without the change, and with it


def proven_again(stale: Verdict, job: Fix, tools: Tools, *, moved_from: str) -> Verdict:
    """The verdict *stale*, whose change was proven on *moved_from*, proven once more on the commit that *tools* judge.

    FIXED where it is proven there as well. NOTHING_TO_DO where that commit is green without it. Else *stale* as it was,
    with the reason; its outcome is CANCELLED where a signal came. Never raises AgentCIError.
    """
    head = tools.context.commit
    try:
        seconds = _RUNS * max((run.seconds for run in stale.evidence.controls if not run.alone), default=0.0)
        if tools.seconds_left() <= seconds:
            return _left(stale, head, f"{tools.seconds_left():.0f} s are left, and the proof takes longer")
        evidence = _evidence(job, tools)
        if evidence.settled is Outcome.NOTHING_TO_DO:
            green = f"the branch moved on to {head[:12]}, where {evidence.summary}; the repair is not needed any more"
            return replace(stale, outcome=Outcome.NOTHING_TO_DO, reason=green)
        if evidence.settled is not None:
            return _left(stale, head, evidence.summary)
        if evidence.takes_back:
            return _left(stale, head, f"it is a repair of ours that broke something ({evidence.summary})")
        moved = f"the branch moved on from {moved_from[:12]} to {head[:12]}, where the change was proven once more"
        return _on(stale, replace(evidence, notes=(*evidence.notes, moved)), job, tools)
    except AgentCIError as error:
        left = _left(stale, head, str(error))
        return replace(left, outcome=Outcome.CANCELLED) if error.outcome is Outcome.CANCELLED else left


def _evidence(job: Fix, tools: Tools) -> Evidence:
    """What is red on the head, found out from scratch: the reports and logs of the run tell of another commit."""
    tree = tools.clone.tree(tools.context.commit).id
    triage = replace(job.triage, tree=tree, report_paths=(), said=Reading())
    return replace(job, triage=triage, bisect="").gather(tools)


def _on(stale: Verdict, evidence: Evidence, job: Fix, tools: Tools) -> Verdict:
    """The change of *stale* judged on the head that *evidence* is about, exactly as it is: no line may have changed."""
    proof, head = stale.proof, tools.context.commit
    assert proof is not None  # noqa: S101 - nothing else is delivered
    assert proof.patch is not None  # noqa: S101 - as above
    targets = tuple(case for case in evidence.targets if case.id in stale.evidence.target_ids)
    if not targets:
        return _left(stale, head, f"the tests that it repairs do not fail there, and others do ({evidence.summary})")
    evidence = replace(evidence, targets=targets, causes=len(groups(targets)), summary=summary_of(targets))
    try:
        tree = tools.clone.apply(evidence.tree, proof.patch.diff)
    except ToolError:
        return _left(stale, head, "the change does not apply there")
    patch = tools.clone.patch(evidence.tree, tree)
    if refused := refusals(tools.policy, tools.clone, targets, patch, causes=evidence.causes):
        return _left(stale, head, refused[0])
    reply = replace(proof.reply, cost=Cost(), note=evidence.notes[-1])
    attempt = job.prove(Attempt(reply, patch), evidence, tools)
    tools.journal.record("proven again", commit=head, objections=list(attempt.objections))
    if not attempt.is_proven:
        return _left(stale, head, attempt.objections[0])
    attempts = (*stale.attempts, replace(attempt, doubts=proof.doubts))
    return Verdict(Outcome.FIXED, f"{proven_by(attempt)}; {reply.note}", evidence, attempts)


def _left(stale: Verdict, head: str, why: str) -> Verdict:
    return replace(stale, reason=f"{stale.reason}; it was tried once on the new head {head[:12]}: {why}")
