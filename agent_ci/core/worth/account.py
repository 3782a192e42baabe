"""What a run of the job `tests` tells of itself: how much of the change is tested, before and after, and the funnel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from agent_ci.core.run import Evidence, Verdict
from agent_ci.core.worth.values import Mutants, Written


@dataclass(frozen=True, slots=True)
class Reached:
    """How many changed *lines* can be run, how many a test runs, and how many *mutants* tests notice.

    ``before`` is without the new tests and ``after`` with them; ``is_there`` where they are on the branch already.
    """

    lines: int
    before: int
    after: int
    mutants: Mutants
    is_there: bool = False

    @classmethod
    def of(cls, verdict: Verdict, *, is_there: bool = False) -> Reached:
        """What *verdict* says."""
        evidence, written = verdict.evidence, account_of(verdict)
        lines = sum(map(len, evidence.changed.values()))
        left = sum(len(target.every_line) for target in evidence.untested)
        more = sum(map(len, written.gained.values())) if verdict.proof else 0
        return cls(lines, lines - left, lines - left + more, written.mutants, is_there)

    def with_all(self, suite: Mutants) -> Reached:
        """The same for the faults of all changed lines; *suite* says what the tests that were there notice of them."""
        if not suite.tried:
            return self
        more = self.mutants.after - self.mutants.before
        return replace(self, mutants=replace(suite, after=min(suite.tried, suite.before + more)))

    def missed(self, *, lines: float | None, mutants: float | None) -> str:
        """Which of the two limits, in per cent, is missed, as a sentence; empty where none is asked for or missed."""
        tested = self.after if self.is_there else self.before
        noticed = self.mutants.after if self.is_there else self.mutants.before
        if lines is not None and self.lines and 100 * tested < lines * self.lines:
            share = 100 * tested / self.lines
            return f"tests run {share:.1f} % of the changed lines, and --fail-under asks for {lines:g} %"
        if mutants is not None and self.mutants.tried and 100 * noticed < mutants * self.mutants.tried:
            share = 100 * noticed / self.mutants.tried
            return f"tests notice {share:.1f} % of small faults, and --mutation-under asks for {mutants:g} %"
        return ""


def account_of(verdict: Verdict) -> Written:
    """The account of all tests that were offered in *verdict*: that of the proof, else of every attempt together.

    What was offered for one module and taken out is in it in either case.
    """
    if (proof := verdict.proof) and proof.written:
        of_parts = [attempt.written for attempt in verdict.attempts if attempt.written and not attempt.is_proven]
        return sum(of_parts, proof.written)
    return sum((attempt.written for attempt in verdict.attempts if attempt.written), Written())


def tests_document(verdict: Verdict) -> dict[str, object]:
    """The part ``tests`` of ``evidence.json``: JSON-like values only."""
    reached, written = Reached.of(verdict), account_of(verdict)
    proposed = [attempt.reply for attempt in verdict.attempts]
    return {
        "reverts": verdict.evidence.group,
        "targets": [_target(verdict.evidence, index) for index in range(len(verdict.evidence.untested))],
        "patch_coverage": {"lines": reached.lines, "before": reached.before, "after": reached.after},
        "mutants": asdict(written.mutants),
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
        "reason": target.reason,
        "public": target.is_public,
        "score": target.score,
    }
