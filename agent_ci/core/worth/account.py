"""What a run of the job `tests` tells of itself: how much of the change is tested, before and after, and the funnel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from agent_ci.core.run import MODEL, Attempt, Evidence, Verdict, total_cost
from agent_ci.core.worth.values import Alive, Mutants, Written

_MOST_UNNOTICED = 100


@dataclass(frozen=True, slots=True)
class Reached:
    """How many changed *lines* can be run, how many a test runs, and how many *mutants* tests notice.

    ``before`` is without the new tests and ``after`` with them; ``is_there`` where they are on the branch already.
    ``branches`` are those that it is known of whether tests take them, with the number before and after.
    """

    lines: int
    before: int
    after: int
    mutants: Mutants
    is_there: bool = False
    branches: tuple[int, int, int] = (0, 0, 0)

    @classmethod
    def of(cls, verdict: Verdict, *, is_there: bool = False) -> Reached:
        """What *verdict* says."""
        evidence, written = verdict.evidence, account_of(verdict)
        lines = sum(map(len, evidence.changed.values()))
        left = sum(len(target.every_line) for target in evidence.untested)
        more = sum(map(len, written.gained.values())) if verdict.proof else 0
        return cls(lines, lines - left, lines - left + more, written.mutants, is_there, _branches(verdict, written))

    def with_all(self, suite: Mutants) -> Reached:
        """The same for the faults of all changed lines; *suite* says what the tests that were there notice of them."""
        if not suite.tried:
            return self
        more = self.mutants.after - self.mutants.before
        return replace(self, mutants=replace(suite, after=min(suite.tried, suite.before + more)))

    def _branches_taken(self) -> str:
        of, before, after = self.branches
        return f"; they take {after if self.is_there else before} of {of} changed branches" if of else ""

    def missed(self, *, lines: float | None, mutants: float | None, unknown: str = "") -> str:
        """Which of the two limits, in per cent, is missed, as a sentence; empty where none is asked for or missed.

        *unknown* says why no fault of the change was tried, where one should have been: what is not known is missed.
        """
        tested = self.after if self.is_there else self.before
        noticed = self.mutants.after if self.is_there else self.mutants.before
        if lines is not None and self.lines and 100 * tested < lines * self.lines:
            share = 100 * tested / self.lines
            also = self._branches_taken()
            return f"tests run {share:.1f} % of the changed lines, and --fail-under asks for {lines:g} %{also}"
        if mutants is not None and self.mutants.tried and 100 * noticed < mutants * self.mutants.tried:
            share = 100 * noticed / self.mutants.tried
            return f"tests notice {share:.1f} % of small faults, and --mutation-under asks for {mutants:g} %"
        if mutants and unknown and not self.mutants.tried:
            return f"no small fault was tried, and --mutation-under asks for {mutants:g} %: {unknown}"
        return ""


def _branches(verdict: Verdict, written: Written) -> tuple[int, int, int]:
    """How many changed branches it is known of whether tests take them, and how many are, before and after."""
    evidence = verdict.evidence
    of = sum(map(len, evidence.branches.values()))
    before = of - sum(len(target.branches) for target in evidence.untested)
    new = {(one.target, line) for one in written.delivered for line in one.branches} if verdict.proof else ()
    return of, before, before + len(new)


def account_of(verdict: Verdict) -> Written:
    """The account of all tests that were offered in *verdict*: that of the proof, else of every attempt together.

    What was offered for one module and taken out is in it in either case.
    """
    proof = verdict.proof.written if verdict.proof else None
    others = (one.written for one in verdict.attempts if one.written and not (proof and one.is_proven))
    whole = sum(others, proof or Written())
    modules = _modules(verdict.attempts)
    if not modules:
        return whole
    alive = tuple(fault for own in modules for fault in unnoticed(own))
    return replace(whole, mutants=sum(map(_mutants, modules), Mutants()), alive=alive)


def _modules(attempts: Iterable[Attempt]) -> list[list[Attempt]]:
    """The attempts at tests of each module."""
    by_module: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        if attempt.group and attempt.written:
            by_module.setdefault(attempt.group, []).append(attempt)
    return [*by_module.values()]


def _mutants(own: Sequence[Attempt]) -> Mutants:
    """The faults of one module, each counted once, however many attempts were made at it."""
    counted = [(attempt.written.mutants, attempt.is_proven) for attempt in own if attempt.written]
    most = max((mutants for mutants, _ in counted), key=lambda mutants: mutants.tried)
    return replace(most, after=most.before + sum(one.after - one.before for one, is_proven in counted if is_proven))


def spent_on_model(verdict: Verdict) -> dict[str, object]:
    """What the model was asked and cost, and how much came of it; empty where it was not asked.

    ``usd_per_kept`` is None where no test was kept, or a price is not known.
    """
    asked = [attempt for attempt in verdict.attempts if attempt.reply.proposer == MODEL and attempt.reply.cost.calls]
    if not asked:
        return {}
    offered = [(one.file, one.id) for attempt in asked if attempt.written for one in attempt.written.judged]
    proof = verdict.proof
    delivered = {(one.file, one.id) for one in proof.written.delivered} if proof and proof.written else set()
    of_model = {(one.file, one.id) for each in asked if each.is_proven and each.written for one in each.written.judged}
    kept, usd = len(delivered & of_model), total_cost(asked).usd
    return {
        "rounds": len(asked),
        "candidates": len(offered),
        "kept": kept,
        "usd": usd,
        "usd_per_kept": usd / kept if kept and usd is not None else None,
    }


def tests_document(verdict: Verdict) -> dict[str, object]:
    """The part ``tests`` of ``evidence.json``: JSON-like values only."""
    reached, written = Reached.of(verdict), account_of(verdict)
    proposed = [attempt.reply for attempt in verdict.attempts]
    return {
        "reverts": verdict.evidence.group,
        "targets": [_target(verdict.evidence, index) for index in range(len(verdict.evidence.untested))],
        "patch_coverage": {"lines": reached.lines, "before": reached.before, "after": reached.after},
        "patch_branches": dict(zip(("branches", "before", "after"), reached.branches, strict=True)),
        "mutants": asdict(written.mutants),
        "unnoticed": [asdict(one) for one in written.alive[:_MOST_UNNOTICED]],
        "model": spent_on_model(verdict),
        "funnel": written.funnel,
        "rejected": written.rejections,
        "candidates": [{**asdict(one), "stage": str(one.stage)} for one in written.judged],
        "possible_bugs": [asdict(bug) for bug in written.bugs],
        "left_out": list(dict.fromkeys(sentence for reply in proposed for sentence in reply.left_out)),
    }


def _target(evidence: Evidence, index: int) -> dict[str, object]:
    target = evidence.untested[index]
    return {
        "file": target.path,
        "function": target.function,
        "lines": list(target.every_line),
        "branches": [{"line": branch.line, "message": branch.words} for branch in target.branches],
        "reason": target.reason,
        "public": target.is_public,
        "score": target.score,
    }


def unnoticed(own: Sequence[Attempt]) -> tuple[Alive, ...]:
    """The small faults that are left after the last of the attempts *own*, all at one module, that had any tried."""
    tried = (attempt.written for attempt in reversed(own) if attempt.written and attempt.written.mutants.tried)
    return next(tried, Written()).alive
