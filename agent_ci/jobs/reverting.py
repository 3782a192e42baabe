"""Knows whether the last commit, a repair of ours, made a build redder, and what taking it back has to be."""

from __future__ import annotations

from dataclasses import replace

from agent_ci.core.loops import Step, ask_to_take_back, last_repair
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, TakenBack
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.controls import Controls
from agent_ci.jobs.triage import summary_of
from agent_ci.pipeline import Tools


def with_revert(evidence: Evidence, tools: Tools, *, may_propose: bool) -> Evidence:
    """*evidence*, with a note where the judged commit is a repair of ours with which it is redder than before.

    Redder is, by running the suite of the commit before it, a failing test that passes there. Where the revert *may* be
    proposed, those tests are all that is to be repaired. What follows from people's commits is none of this.
    """
    found = last_repair(tools.history)
    if found is None or found[0].id != tools.context.commit:
        return evidence
    repair, parent = found
    tree = tools.clone.tree(parent.id).id
    try:
        with tools.progress.phase("look before our repair"):
            before, _ = Controls(tools, ()).whole(tree)
    except (InfrastructureError, UnsupportedError) as error:
        note = f"whether our last repair {repair.id[:12]} broke something is not known: {error}"
        return replace(evidence, notes=(*evidence.notes, note))
    broken = tuple(case for case in evidence.targets if before.statuses.get(case.id) is Status.PASSED)
    if not broken:
        return evidence
    evidence = replace(evidence, notes=(*evidence.notes, ask_to_take_back(repair)))
    return _proposing(evidence, tools, (repair, parent), broken, before) if may_propose else evidence


def _proposing(
    evidence: Evidence, tools: Tools, steps: tuple[Step, Step], broken: tuple[TestCase, ...], before: TestReport
) -> Evidence:
    repair, parent = steps
    told = tools.clone.after(parent.id, repair.id)
    head, tree = evidence.tree, tools.clone.tree(parent.id).id
    green = {id_ for id_, status in evidence.before.statuses.items() if status is Status.PASSED}
    taken = TakenBack(
        commit=repair.id,
        subject=told[0].message.split("\n", 1)[0] if told else "",
        tree=tree,
        diff=tools.clone.patch(head, tree).diff,
        red_again=tuple(sorted(green & {case.id for case in before.red})),
    )
    return replace(evidence, targets=broken, summary=summary_of(broken), takes_back=taken)


def inexact(attempt: Attempt, taken: TakenBack) -> tuple[str, ...]:
    """The objection to a change that is not the exact revert that is asked for: it would be let off too much."""
    if attempt.patch and attempt.patch.tree == taken.tree:
        return ()
    return (f"it leads to other files than those before the commit {taken.commit[:12]}",)
