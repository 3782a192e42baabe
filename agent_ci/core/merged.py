"""How a merge ends, told from what became of each cell: sentences, rows for the evidence, the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent_ci.core.joining import RULE, Part
from agent_ci.core.outcome import Outcome
from agent_ci.core.plan import Plan
from agent_ci.core.report import Status
from agent_ci.core.run import Attempt, Cost, Evidence, Reply, Verdict


def sentence(part: Part) -> str:
    """What became of one cell."""
    if part.run is None:
        return f"{part.label} is lost: {part.lost}"
    told = f"{part.label} ended as {part.run.outcome}"
    if part.left_out:
        return f"{told}; its patch is left out: {part.left_out}"
    return f"{told}; its {part.run.patch_name} is in the whole" if part.patch else f"{told}: {part.run.reason}"


def notes(parts: tuple[Part, ...], plan: Plan | None) -> tuple[str, ...]:
    """A sentence for each cell, the rule where one was needed, and what was spent of what *plan* allows."""
    said = [sentence(part) for part in parts]
    if any(part.left_out for part in parts):
        said.append(f"where patches exclude each other, {RULE}; every patch is kept as a file of its own")
    return (*said, _compared(plan, parts)) if plan else tuple(said)


def rows(parts: tuple[Part, ...], repaired: frozenset[str]) -> tuple[dict[str, object], ...]:
    """What became of each cell and of each of its root causes, for ``evidence.json``."""
    return tuple(
        {
            "cell": part.label,
            "folder": part.folder,
            "outcome": str(part.run.outcome) if part.run else None,
            "reason": part.run.reason if part.run else part.lost,
            "is_merged": part.is_in and bool(repaired),
            "left_out": part.left_out,
            "patch": part.kept_as,
            "groups": {name: str(Outcome.FIXED if name in repaired else _left(part)) for name in sorted(part.asked)},
        }
        for part in parts
    )


def _left(part: Part) -> Outcome:
    """How a root cause of *part* ends that is not repaired; what a lost cell was about is broken from outside."""
    if part.run is None:
        return Outcome.INFRASTRUCTURE
    return Outcome.NO_FIX if part.run.patch_name else part.run.outcome


def repaired_by(proof: Attempt | None, parts: tuple[Part, ...], plan: Plan | None) -> frozenset[str]:
    """The root causes that are gone with *proof*: those that a merged part claims, and those seen to be green."""
    if proof is None or proof.after is None:
        return frozenset()
    claimed = frozenset(name for part in parts if part.is_in and part.run for name in part.run.repaired)
    green = frozenset(proof.after.ids(Status.PASSED))
    causes = (cause for cell in plan.cells for cause in cell.causes) if plan else ()
    return claimed | {cause.fingerprint for cause in causes if cause.cases and green.issuperset(cause.cases)}


def verdict(
    evidence: Evidence,
    parts: tuple[Part, ...],
    attempts: tuple[Attempt, ...],
    repaired: frozenset[str],
    *,
    is_planned: bool,
) -> Verdict:
    """The verdict over *attempts* at the whole, the last of which is its proof where *repaired* names anything.

    Unless it *is_planned*, nobody knows what a lost cell was about, and so the whole is never fixed beside one.
    """
    asked = frozenset[str]().union(*(part.asked for part in parts))
    attempts = (*_apart(parts), *_paid(attempts, parts))
    inside = ", ".join(part.label for part in parts if part.is_in)
    if not repaired:
        return Verdict(_without_proof(attempts, parts), _unproven(attempts, parts), evidence, attempts)
    if not asked - repaired and (is_planned or all(part.run for part in parts)):
        reason = f"proven together: the patches of {inside} repair all {len(asked)} root cause(s)"
        return Verdict(Outcome.FIXED, reason, evidence, attempts)
    *earlier, proof = attempts
    left = "; ".join(sentence(part) for part in parts if part.asked - repaired or part.run is None)
    reason = (
        f"{len(repaired)} of {len(asked)} root cause(s) repaired by {inside}, see partial.patch; others not: {left}"
    )
    attempts = (*earlier, replace(proof, group=" ".join(sorted(repaired))))
    return Verdict(Outcome.NO_FIX, reason, evidence, attempts)


def _apart(parts: Iterable[Part]) -> tuple[Attempt, ...]:
    """What is not in the whole, cell by cell, with its cost and the reason; the price of a lost cell is not known."""
    return tuple(
        Attempt(Reply(part.label, cost=part.run.cost if part.run else Cost(usd=None)), part.patch, (sentence(part),))
        for part in parts
        if not part.is_in
    )


def _paid(attempts: tuple[Attempt, ...], parts: tuple[Part, ...]) -> tuple[Attempt, ...]:
    """*attempts*, the last of which bears what the cells in the whole have cost."""
    if not attempts:
        return ()
    *earlier, last = attempts
    cost = sum((part.run.cost for part in parts if part.is_in and part.run), Cost())
    return (*earlier, replace(last, reply=replace(last.reply, cost=cost)))


def _without_proof(attempts: tuple[Attempt, ...], parts: tuple[Part, ...]) -> Outcome:
    """The outcome where nothing is proven: that of the cells where they have one, and none of them has a patch."""
    tried = [attempt for attempt in attempts if attempt.patch and attempt.after is None]
    if any(part.patch for part in parts):
        is_refused = bool(tried) and all(attempt.refused for attempt in tried)
        return Outcome.POLICY_REFUSED if is_refused else Outcome.NO_FIX
    outcomes = {part.run.outcome if part.run else Outcome.INFRASTRUCTURE for part in parts}
    return outcomes.pop() if len(outcomes) == 1 else Outcome.NO_FIX


def _unproven(attempts: tuple[Attempt, ...], parts: tuple[Part, ...]) -> str:
    if not any(part.patch for part in parts):
        return f"no cell has a patch to merge: {'; '.join(map(sentence, parts))}"
    return f"the patches of the cells are not proven: {'; '.join(dict.fromkeys(attempts[-1].objections))}"


def _compared(plan: Plan, parts: tuple[Part, ...]) -> str:
    """What the cells spent, held against the budget of the whole."""
    runs = [part.run for part in parts if part.run]
    spent, total = sum((run.cost for run in runs), Cost()), plan.total
    usd = "an unknown amount of US$" if spent.usd is None else f"US$ {spent.usd:.4f}"
    told = f"the cells spent {spent.tokens} of {total.tokens} tokens and {usd} of US$ {total.cost:.2f}"
    if lost := len(parts) - len(runs):
        told = f"{told}; what {lost} lost cell(s) spent is not known"
    is_over = spent.tokens > total.tokens or (spent.usd or 0.0) > total.cost
    return f"{told}; that is more than the plan allows" if is_over else told
