"""Turns a red build green without breaking anything that was green."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace

from agent_ci.clone import Loaded, Texts
from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.claims import joined
from agent_ci.core.elsewhere.languages import GO, JAVASCRIPT
from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.frameworks import checks
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.grouping import groups
from agent_ci.core.loops import Bounds, decide, mended
from agent_ci.core.outcome import Outcome
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.paths import is_test_path
from agent_ci.core.proof import unproven
from agent_ci.core.questions.again import again, rung
from agent_ci.core.questions.question import fix_question
from agent_ci.core.run import Attempt, Evidence, Reply, Suspect
from agent_ci.core.suspects import suspect_places
from agent_ci.core.undone import is_undone
from agent_ci.jobs import comparison, proving
from agent_ci.jobs.bisection import bisected
from agent_ci.jobs.conduct import Conduct
from agent_ci.jobs.hooks import Hooks
from agent_ci.jobs.locating import Located
from agent_ci.jobs.reverting import inexact, with_revert
from agent_ci.jobs.triage import Triage, summary_of
from agent_ci.older import older_texts
from agent_ci.pipeline import Tools
from agent_ci.process import ToolError
from agent_ci.templates import template

_PROMPT = "fix.v3"
_MOST_FILES = 30
_LONGEST_FILE = 200_000
_MOST_OLDER_FILES, _MOST_OLDER = 8, 5  # versions of each
_SEARCHED = (".py", *JAVASCRIPT.endings, *GO.endings)
_SECONDS_TO_COMPARE = 20.0
_UNDONE = (
    "it takes back all that the change did to the code: either that was a slip, or the failing test is out of date"
)


@dataclass(frozen=True)
class Fix:
    """The job `fix`: evidence by triage, proof by the original tests on the patched tree.

    ``hooks`` are the user's own checks of a patched tree, ``bounds`` say how many repairs may follow each other (None
    where a person's uncommitted work is judged), ``bisect`` is a range GOOD..BAD or empty, and ``seed`` makes every
    random choice repeatable.
    """

    triage: Triage
    hooks: Hooks = field(default_factory=Hooks)
    bisect: str = ""
    seed: int = 0
    bounds: Bounds | None = None
    located: Located = field(default_factory=Located, repr=False, compare=False)

    def gather(self, tools: Tools) -> Evidence:
        """Reproduce the failure, run the controls, and say what is to be repaired and where to look."""
        evidence = self._within_bounds(self.triage.diagnose(tools), tools)
        if self.bisect and evidence.targets:
            with tools.progress.phase("bisect"):
                evidence = replace(evidence, first_bad=bisected(evidence, tools, self.bisect))
        return self._with_places(evidence, tools) if evidence.targets else evidence

    def _within_bounds(self, evidence: Evidence, tools: Tools) -> Evidence:
        """*evidence*, settled where repairs would follow each other without end. It costs no proposer to see that."""
        if self.bounds is not None and evidence.settled is Outcome.NOTHING_TO_DO and not tools.context.from_fork:
            base = None if tools.context.is_on_default_branch else self.triage.base
            return replace(evidence, mended=mended(tools.history, base))
        if self.bounds is None or evidence.settled is not None or not evidence.targets:
            return evidence
        may_propose = self.triage.job == "fix" and not self.triage.only
        evidence = with_revert(evidence, tools, may_propose=may_propose)
        failure = fingerprint(evidence.targets)
        is_stopped = tools.context.is_stopped
        decision = decide(failure, tools.history, self.bounds, now=time.time(), is_stopped=is_stopped)
        if decision.go:
            return evidence
        tools.journal.record("stopped", reason=decision.reason, escalate=decision.escalate)
        notes = (*evidence.notes, f"a loop was stopped: {decision.reason}")
        evidence = replace(evidence, escalate=failure if decision.escalate else "")
        if self.triage.job != "fix":
            return replace(evidence, notes=notes)
        return replace(evidence, settled=Outcome.NO_FIX, summary=decision.reason, notes=notes)

    def _with_places(self, evidence: Evidence, tools: Tools) -> Evidence:
        """*evidence* with the suspects, and with what changed since the base where that is green."""
        patch = None
        if evidence.caused_by_change and self.triage.base:
            patch = tools.clone.patch(tools.clone.tree(self.triage.base).id, tools.clone.tree(evidence.tree).id)
        found = suspect_places(
            evidence.targets,
            Texts(tools.clone.tree(evidence.tree)),
            changed=added_lines(patch.diff) if patch else {},
            roots=roots_of(evidence.toolchain),
        )
        files = patch.files if patch else ()
        return replace(
            evidence,
            suspects=found,
            since_green=files,
            diff=patch.diff if patch else "",
            earlier=self._earlier(files, tools),
            older=self._older(found, tools, since=self.triage.base if patch else None),
        )

    def _older(self, found: tuple[Suspect, ...], tools: Tools, *, since: str | None) -> Mapping[str, tuple[str, ...]]:
        """How the files of the suspects *found* read before *since*, or before the commit that is judged."""
        paths = dict.fromkeys(one.path for one in found if one.path.endswith(".py") and not is_test_path(one.path))
        commit = since or tools.context.commit
        few = list(paths)[:_MOST_OLDER_FILES]
        return older_texts(tools.clone, commit, few, most=_MOST_OLDER, longest=_LONGEST_FILE)

    def _earlier(self, files: tuple[ChangedFile, ...], tools: Tools) -> Mapping[str, str]:
        """What the changed *files* read on the base, where they are source and not too many or too long."""
        base = Texts(tools.clone.tree(self.triage.base)) if files and self.triage.base else {}
        paths = [file.path for file in files if file.path.endswith(_SEARCHED) and not is_test_path(file.path)]
        texts = {path: base.get(path, "") for path in paths[:_MOST_FILES]}
        return {path: text for path, text in texts.items() if 0 < len(text) <= _LONGEST_FILE}

    def parts(self, evidence: Evidence) -> Generator[Evidence, Attempt | None, None]:
        """All at once, since one slip can look like many; then one cause after the other, on top of each other."""
        causes = groups(evidence.targets)
        if (yield replace(evidence, causes=len(causes))) or len(causes) == 1 or evidence.takes_back:
            return
        part = evidence
        for cause in causes:
            red = {case.id for case in part.before.red}
            left = tuple(case for case in cause.cases if case.id in red)
            if not left:
                continue  # repaired together with an earlier one
            proof = yield replace(part, targets=left, summary=summary_of(left), group=cause.fingerprint)
            if proof and proof.patch and proof.after:
                part = replace(part, tree=proof.patch.tree, before=proof.after)

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tools: Tools) -> str:
        """What failed, where, what was tried: for proposers that read text. What follows on an answer shows more."""
        step = again(rung(attempts, evidence.group))
        known = self.located.with_coverage(evidence, tools)
        texts = Loaded(tools.clone.tree(evidence.tree))
        question = fix_question(
            template(_PROMPT),
            known,
            texts,
            attempts,
            nonce=str(self.seed),
            allowance=step.allowance,
            is_fresh=step.is_fresh,
        )
        return f"{question}\n\n{template(step.note).render()}" if step.note else question

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Run the failing tests and the whole suite without hunks that none needs, then look at conduct and hooks.

        What takes a commit back has to take back all of it.
        """
        if evidence.takes_back:
            objections = inexact(attempt, evidence.takes_back)
            return replace(attempt, objections=objections) if objections else self.confirm(attempt, evidence, tools)
        with tools.progress.phase("prove"):
            return self._observed(proving.Proof(evidence, tools, self.seed).of(attempt), evidence, tools)

    def confirm(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """The same for a change whose hunks earned their place before: it is judged as it stands."""
        with tools.progress.phase("prove"):
            return self._observed(proving.Proof(evidence, tools, self.seed).holds(attempt), evidence, tools)

    def _observed(self, judged: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """*judged*, called beside its tests and looked at by the hooks where it is proven so far."""
        if judged.patch and judged.is_proven and (found := Conduct(evidence, tools).objections(judged.patch)):
            judged = replace(judged, objections=found, refused=True)
        if judged.is_proven and (found := self.hooks.objections(judged, tools)):
            judged = replace(judged, objections=found)
        if judged.patch is None or not judged.is_proven:
            return judged
        undone = _UNDONE if self._is_undone(judged.patch, evidence, tools) else ""
        doubts = (*judged.doubts, *judged.reply.doubts, checks.doubt(evidence.toolchain), undone)
        return replace(judged, doubts=tuple(dict.fromkeys(filter(None, doubts))))

    def _is_undone(self, patch: Patch, evidence: Evidence, tools: Tools) -> bool:
        """Whether *patch* leaves nothing of what the change, or without a base the last commit, did to the code."""
        if evidence.takes_back or self.bounds is None:
            return False
        try:
            base = self.triage.base or next(iter(tools.repository.parents(tools.context.commit)), "")
        except ToolError:  # the branch moved on to a commit that the checkout has not
            return False
        if not base:
            return False
        before, changed, repaired = (tools.clone.tree(one) for one in (base, evidence.tree, patch.tree))
        paths = [file.path for file in tools.clone.patch(before.id, changed.id).files]
        return is_undone(paths, Texts(before), Texts(changed), Texts(repaired))

    def choose(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """The smallest of *proven*; with doubts where another one behaves differently on inputs no test has."""
        proven = self._steady(proven, evidence, tools)
        best, *others = proven
        seconds = min(_SECONDS_TO_COMPARE, 0.2 * tools.seconds_left())
        with tools.progress.phase("compare"):
            for other in others:
                assert best.patch is not None  # noqa: S101 - both are proven
                assert other.patch is not None  # noqa: S101 - as above
                found = comparison.compare(best.patch, other.patch, evidence, tools, seconds=seconds)
                best = replace(best, doubts=(*best.doubts, *found.differences))
        return best

    def _steady(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> tuple[Attempt, ...]:
        """*proven*, the smallest first; a rival that would come first has to pass as often as the tests failed."""
        best, *others = sorted(proven, key=lambda attempt: attempt.patch.size if attempt.patch else 0)
        if not best.is_rival:
            return best, *others
        with tools.progress.phase("prove"):
            judged = proving.Proof(evidence, tools, self.seed).steady(best)
        return (judged, *others) if judged.is_proven else (*others, best)

    def together(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """All repairs as one change of the commit, proven as a whole where every root cause has one.

        A repair of one cause that turned out to be that of all was run with the whole suite, and needs all its lines;
        what is left to see is that the tests of the other causes pass each time as well.
        """
        last = proven[-1]
        assert last.patch is not None  # noqa: S101 - it is proven
        assert last.after is not None  # noqa: S101 - as above
        reply = Reply(
            " + ".join(dict.fromkeys(attempt.reply.proposer for attempt in proven)),
            cause="; ".join(dict.fromkeys(attempt.reply.cause for attempt in proven if attempt.reply.cause)),
            claims=joined(attempt.reply.claims for attempt in proven),
        )
        doubts = tuple(doubt for attempt in proven for doubt in attempt.doubts)
        patch = tools.clone.patch(evidence.tree, last.patch.tree)
        objections = unproven(evidence.before, last.after, tolerated=proving.tolerated(evidence))
        whole = Attempt(reply, patch, objections, last.after, doubts=doubts)
        if whole.objections:
            return whole
        proof = proving.Proof(evidence, tools, self.seed)
        if len(proven) > 1:
            return proof.of(whole)
        return proof.steady(replace(whole, scope=last.scope))  # as often as the tests of that one cause passed
