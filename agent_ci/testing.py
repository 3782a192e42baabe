"""The command `tests`: what of the change no test runs, tests for it that are worth having, and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent_ci.base import parting_of
from agent_ci.clone import GitTree, Texts
from agent_ci.core.elsewhere.languages import LANGUAGES
from agent_ci.core.ladder import COMMIT
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import TestReport
from agent_ci.core.run import MODEL, Attempt, Evidence, Reply, Verdict
from agent_ci.core.worth.account import Reached
from agent_ci.core.worth.taking_out import without_tests
from agent_ci.core.worth.tests_file import has_lone_returns
from agent_ci.core.worth.values import Mutants, Written
from agent_ci.errors import UsageError
from agent_ci.jobs.noticing import Noticing, noticed_by_suite
from agent_ci.jobs.tests import JOB, Tests
from agent_ci.jobs.tests_elsewhere import TestsElsewhere
from agent_ci.pipeline import Tools, execute
from agent_ci.session import Session

_NO_BASE = "the judged commit is itself the base, so that it adds nothing; name another with --base, such as HEAD~1"
_NOT_BESIDE = "these tests were not proven beside all others"


@dataclass
class Testing:
    """The command `tests` of *session*; with *revert*, the tests of the delivery of that name are taken out instead."""

    session: Session
    revert: str = ""
    printed: str | Mapping[str, object] = field(default="", init=False)

    def run(self) -> Verdict:
        """Find what is untested, have tests written, keep and deliver what is worth having. Raises AgentCIError."""
        with self.session.placed() as (repository, clone):
            if self.revert:
                tools = self.session.tools(repository, clone)
                return self.session.deliver(_reverted(self.revert, self.session.tree(repository, clone), tools), tools)
            base = parting_of(self.session.settings, self.session.context, repository, clone)
            if base.commit is None:
                return Verdict(Outcome.NOTHING_TO_DO, _NO_BASE, Evidence(JOB, _NO_BASE, notes=(base.note,)))
            tools = self.session.tools(repository, clone)
            tree = self.session.tree(repository, clone).id
            language = LANGUAGES.get(tools.runner.toolchain.get("runner", ""))
            given = (tree, base.commit, base.note, self.session.settings.seed)
            verdict = told_of(execute(TestsElsewhere(*given, language) if language else Tests(*given), tools))
            return self._gated(self.session.deliver(verdict, tools), tools)

    def _gated(self, verdict: Verdict, tools: Tools) -> Verdict:
        """*verdict*, which is no success any more where the change reaches less than the settings ask for.

        New tests count once they are on the branch.
        """
        chosen = self.session.settings
        if verdict.outcome not in (Outcome.FIXED, Outcome.DELIVERED, Outcome.NOTHING_TO_DO):
            return verdict
        reached = Reached.of(verdict, is_there=verdict.outcome is Outcome.DELIVERED and chosen.deliver == COMMIT)
        noticing = Noticing()
        if chosen.mutation_under and verdict.evidence.changed:
            noticing = noticed_by_suite(verdict.evidence, tools)
            reached = replace(reached, mutants=Mutants()) if noticing.is_excused else reached.with_all(noticing.mutants)
        unknown = "" if noticing.is_excused else noticing.why_not
        missed = reached.missed(lines=chosen.fail_under, mutants=chosen.mutation_under, unknown=unknown)
        if missed:
            return replace(verdict, outcome=Outcome.NO_FIX, reason=f"{missed}; {verdict.reason}")
        if noticing.is_excused and not reached.mutants.tried:
            why = f"--mutation-under was not checked, since no small fault was tried: {noticing.why_not}"
            evidence = replace(verdict.evidence, notes=(*verdict.evidence.notes, why))
            return replace(verdict, evidence=evidence, reason=f"{verdict.reason}; {why}")
        return verdict


def _reverted(name: str, tree: GitTree, tools: Tools) -> Verdict:
    """The change of *tree* that takes out the tests of the delivery *name*. Raises UsageError where it has none."""
    texts = Texts(tree)
    files = without_tests(texts, tree.paths(), name)
    if mixed := [path for path in files if has_lone_returns(texts[path])]:
        why = "has a carriage return without a newline, so that nobody can say where its lines end"
        raise UsageError(f"{mixed[0]} {why}; take the tests of the delivery {name} out of it by hand")
    if not files:
        raise UsageError(f"no test here is of the delivery {name!r}; its name stands above each: agent-ci:NAME")
    patch = tools.clone.patch(tree.id, tools.clone.edit(tree.id, files))
    why = f"the tests of the delivery {name} are taken out of {len(files)} file(s)"
    reply = Reply("revert", cause=f"take out the tests of the delivery {name}")
    evidence = Evidence(JOB, why, tree.id, group=name)
    return Verdict(Outcome.FIXED, why, evidence, (Attempt(reply, patch, after=TestReport(), written=Written()),))


def _without_parts(verdict: Verdict) -> Verdict:
    """*verdict*, in which tests that were not proven beside all others are no proof of anything, not even of a part."""
    is_told = any(one.written and not one.group for one in verdict.attempts)  # then the whole accounts for its parts
    kept = (
        replace(one, objections=(_NOT_BESIDE,), written=None if is_told else one.written) if one.is_proven else one
        for one in verdict.attempts
    )
    reason = verdict.reason if verdict.outcome is not Outcome.NO_FIX else "no test that was offered is worth having"
    return replace(verdict, reason=reason, attempts=tuple(kept))


def told_of(verdict: Verdict) -> Verdict:
    """*verdict* in the words of this job; that nobody had anything to offer is no failure."""
    attempts = verdict.attempts
    if verdict.proof is None and any(attempt.is_proven for attempt in attempts):
        return told_of(_without_parts(verdict))
    if verdict.outcome is Outcome.NO_FIX and not any(attempt.patch for attempt in attempts):
        said = "; ".join(dict.fromkeys(objection for attempt in attempts for objection in attempt.objections[:1]))
        is_asked = any(attempt.reply.proposer == MODEL for attempt in attempts)
        why = "nobody has a test to offer" if is_asked else "no target is testable without a model"
        why += f": {said}" if said else ""
        return replace(verdict, outcome=Outcome.NOTHING_TO_DO, reason=why)
    if verdict.outcome is Outcome.FIXED and verdict.proof and verdict.proof.written:
        funnel, gained = verdict.proof.written.funnel, verdict.proof.written.gained
        lines = sum(map(len, gained.values()))
        why = f"{funnel['delivered']} of {funnel['candidates']} tests are worth having; they run {lines} changed lines"
        return replace(verdict, reason=f"{why} that no test ran before")
    return verdict
