"""The one way every job runs: gather evidence, ask for a change, judge it, prove it; again within budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from agent_ci import scanners
from agent_ci.checkout import Repository
from agent_ci.clone import Clone, GitTree, Texts
from agent_ci.core.budget import Budget
from agent_ci.core.change import ChangedText, Patch
from agent_ci.core.context import Context
from agent_ci.core.loops import History
from agent_ci.core.outcome import Outcome
from agent_ci.core.patches.diff import RejectedPatch, read_edits
from agent_ci.core.patches.relocate import relocate
from agent_ci.core.policy import Policy
from agent_ci.core.report import TestCase, TestReport
from agent_ci.core.review.review import Facts, objections
from agent_ci.core.run import MODEL, REVERT, Attempt, Cost, Evidence, Reply, Verdict
from agent_ci.errors import AgentCIError
from agent_ci.history import branch_history
from agent_ci.ports import Journal, Progress, Proposer, Runner, Sandbox, Tree, Workspace
from agent_ci.process import ToolError

_RIVALS = 2  # proven changes that are compared with one another
_FURTHER_REPLIES = 2  # that are heard once a change is proven, where they cost nothing
_SECONDS_TO_RERUN = 60.0  # one test that a proposer asks for
_OFFERED_BEFORE = "offered before as the repair of all root causes"
_IS_NOT_BEST = "another change that was proven is smaller, or came first"


@dataclass(frozen=True)
class Tools:
    """Everything a job works with. ``proposers`` are asked in order, cheapest first, by name.

    ``clock`` gives seconds since the run began; ``repeat`` is the number of runs per control.
    """

    context: Context
    repository: Repository
    clone: Clone
    runner: Runner
    sandbox: Sandbox
    proposers: tuple[tuple[str, Proposer], ...]
    policy: Policy
    budget: Budget
    journal: Journal
    progress: Progress
    clock: Callable[[], float] = time.monotonic
    repeat: int = 8

    def seconds_left(self) -> float:
        """What remains of the time limit, never negative."""
        return max(0.0, self.budget.seconds - self.clock())

    @cached_property
    def history(self) -> History:
        """What bots and people did lately on the branch that is judged."""
        return branch_history(self.context.commit, self.repository, self.clone)


class Job(Protocol):
    """What differs between fixing, testing and drafting: what is known, what is asked, what is proof."""

    def gather(self, tools: Tools) -> Evidence:
        """Collect the evidence; ``settled`` is set where the facts alone decide how the run ends."""
        ...

    def parts(self, evidence: Evidence) -> Generator[Evidence, Attempt | None, None]:
        """The evidence piece by piece: yields a problem, is sent its proof or None, and yields the next one."""
        ...

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tools: Tools) -> str:
        """The question for a text-based proposer, with what is found out for it only now that one asks."""
        ...

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Judge a change that policy allows by running it; the result is proven or carries objections."""
        ...

    def choose(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """The best of several proven attempts at one problem, with doubts where they behave differently."""
        ...

    def together(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """The attempts of all problems as one, judged on the whole evidence."""
        ...


@dataclass(frozen=True)
class _Bench:
    """The Workbench that proposers get: bound to one job, one piece of evidence and its tree."""

    job: Job
    tools: Tools
    evidence: Evidence
    tree: GitTree

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        return self.job.ask(self.evidence, attempts, self.tools)

    def open(self) -> AbstractContextManager[Workspace]:
        return self.tools.sandbox.open(self.tree)

    def rerun(self, id_: str) -> TestReport:
        seconds = min(_SECONDS_TO_RERUN, self.tools.seconds_left() / 4)
        with self.open() as workspace:
            return self.tools.runner.run(workspace, only=(id_,), timeout=seconds).below(str(workspace.root))

    def subjects(self, path: str) -> tuple[str, ...]:
        try:
            return self.tools.clone.subjects(self.tools.context.commit, path)
        except ToolError:
            return ()

    def seconds_left(self) -> float:
        return self.tools.seconds_left()


def execute(job: Job, tools: Tools) -> Verdict:
    """Run *job* to its end. What stops it after the evidence is there is a Verdict that keeps all of it.

    Raises AgentCIError where the evidence itself cannot be had.
    """
    evidence = job.gather(tools)
    if evidence.settled is not None:
        return Verdict(evidence.settled, evidence.summary, evidence)
    attempts: list[Attempt] = []
    try:
        proven = _solved(job, tools, evidence, attempts)
        if proven and (len(proven) > 1 or proven[0].group):
            with tools.progress.phase("prove together"):
                attempts.append(job.together(proven, evidence, tools))
    except AgentCIError as error:
        if error.cost and error.cost.calls:
            ended = Reply(MODEL, objection=str(error), cost=error.cost)
            attempts.append(Attempt(ended, objections=(str(error),)))
        return Verdict(error.outcome, str(error), evidence, tuple(attempts))
    verdict = Verdict(Outcome.FIXED, "", evidence, tuple(attempts))
    if verdict.proof:
        return replace(verdict, reason=proven_by(verdict.proof))
    return _given_up(tools, evidence, tuple(attempts))


def _solved(job: Job, tools: Tools, evidence: Evidence, attempts: list[Attempt]) -> tuple[Attempt, ...]:
    """The proof of each part of *evidence* that has one; every attempt on the way is put into *attempts*."""
    proven: list[Attempt] = []
    parts = job.parts(evidence)
    part = next(parts, None)
    while part is not None:
        found = _proof_of(job, tools, part, attempts)
        if found:
            proven.append(found)
        try:
            part = parts.send(found)
        except StopIteration:
            part = None
    return tuple(proven)


def _proof_of(job: Job, tools: Tools, part: Evidence, attempts: list[Attempt]) -> Attempt | None:
    """The proof for *part*: the first that a proposer has, or the better of it and another that costs nothing."""
    proven: list[Attempt] = []
    heard = 0
    for attempt in _attempts(job, tools, part, attempts):
        heard += bool(proven)
        if attempt.is_proven:
            proven.append(attempt)
        reply = attempt.reply
        is_enough = proven or (part.causes > 1 and not reply.is_followed)
        if len(proven) > 1 or heard >= _FURTHER_REPLIES or (reply.was_paid and is_enough):
            break  # several causes at once get one paid reply; the others are better spent on each of them
    if len(proven) < _RIVALS:
        return proven[0] if proven else None
    best = job.choose(tuple(proven), part, tools)
    for index, attempt in enumerate(attempts):
        if attempt in proven:
            is_best = best.patch == attempt.patch
            attempts[index] = best if is_best else replace(attempt, objections=(_IS_NOT_BEST,))
    return best


def _attempts(job: Job, tools: Tools, evidence: Evidence, attempts: list[Attempt]) -> Iterator[Attempt]:
    """One judged attempt after the other, until no proposer has anything left or a limit is reached.

    Each is put into *attempts*. Once one is proven, only the proposer that found it is heard again. Before anybody is
    asked about one root cause, it is seen whether an answer that was paid for as the repair of all of them repairs it.
    """
    bench = _Bench(job, tools, evidence, tools.clone.tree(evidence.tree))
    for earlier in _paid_in_vain(evidence, tuple(attempts)):
        found = replace(_judged(bench, tuple(attempts), earlier), group=evidence.group)
        if found.is_proven:
            attempts.append(found)
            tools.journal.record("attempt", proposer=earlier.proposer, objections=[])
            yield found
            return
    for name, proposer in tools.proposers:
        if (name == REVERT) is (evidence.takes_back is None) or not evidence.is_asked(name):
            continue
        session = proposer.propose(evidence, tuple(attempts), bench)
        answer: Attempt | None = None
        is_proven = False
        while not tools.budget.objection(_counted(tuple(attempts)), elapsed=tools.clock()):
            with tools.progress.phase(f"propose ({name})"):
                reply = _next(session, answer)
            if reply is None:
                break
            answer = replace(_judged(bench, tuple(attempts), reply), group=evidence.group)
            attempts.append(answer)
            is_proven = is_proven or answer.is_proven
            tools.journal.record("attempt", proposer=name, objections=list(answer.objections))
            yield answer
        if is_proven:
            return


def _counted(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """What of *attempts* counts against one more reply: nothing but the time where that is paid for already."""
    return () if attempts and attempts[-1].reply.is_followed else attempts


def _paid_in_vain(evidence: Evidence, attempts: tuple[Attempt, ...]) -> Iterator[Reply]:
    """What was paid for as the repair of all root causes and was none: it may be that of this one, at no cost."""
    for earlier in attempts if evidence.group else ():
        if not earlier.group and earlier.patch and not earlier.refused and earlier.reply.was_paid:
            yield replace(earlier.reply, cost=Cost(), note=_OFFERED_BEFORE, candidate=0, candidates=1)


def _next(session: Generator[Reply, Attempt, None], answer: Attempt | None) -> Reply | None:
    """The session's next reply, given how its last one was judged; None when it has no more."""
    try:
        return next(session) if answer is None else session.send(answer)
    except StopIteration:
        return None


def judge(job: Job, tools: Tools, evidence: Evidence, reply: Reply) -> Attempt:
    """The attempt that *reply* amounts to as the answer to *evidence*, with no proposer asked."""
    return _judged(_Bench(job, tools, evidence, tools.clone.tree(evidence.tree)), (), reply)


def _judged(bench: _Bench, attempts: tuple[Attempt, ...], reply: Reply) -> Attempt:
    """The attempt that *reply* amounts to: read, put into a tree, held against policy, then proven."""
    if reply.objection:
        return Attempt(reply, objections=(reply.objection,))
    tools = bench.tools
    try:
        patch = _patch(bench, reply.text)
    except RejectedPatch as rejection:
        return Attempt(reply, objections=(str(rejection),))
    earlier = [attempt for attempt in attempts if attempt.group == bench.evidence.group]
    if same := next((attempt for attempt in earlier if attempt.patch and attempt.patch.tree == patch.tree), None):
        return Attempt(reply, patch, ("this very change was tried before", *same.objections), refused=same.refused)
    evidence = bench.evidence
    if refused := refusals(tools.policy, tools.clone, evidence.targets, patch, causes=evidence.causes):
        return Attempt(reply, patch, refused, refused=True)
    is_rival = any(attempt.is_proven for attempt in earlier)
    return bench.job.prove(Attempt(reply, patch, is_rival=is_rival), evidence, tools)


def refusals(
    policy: Policy, clone: Clone, targets: tuple[TestCase, ...], patch: Patch, *, causes: int = 1
) -> tuple[str, ...]:
    """The objections to *patch* that are raised without running it, where the cases *targets* are to be repaired.

    They are what *policy* says of the resulting tree as the repair of so many root *causes*, and a review of its text,
    without what the settings permit.
    """
    old, new = clone.tree(patch.base_tree), clone.tree(patch.tree)
    changes = tuple(
        ChangedText(file.path, _text_of(old, file.path), _text_of(new, file.path))
        for file in patch.files
        if not file.is_binary
    )
    facts = Facts(targets, Texts(old))
    found = policy.not_permitted((*objections(changes, facts), *scanners.new_findings(changes)))
    return (*policy.objections(patch, causes=causes), *found)


def _text_of(tree: Tree, path: str) -> str | None:
    content = _content(tree, path)
    return None if content is None else content.decode("utf-8", "surrogateescape")


def _patch(bench: _Bench, text: str) -> Patch:
    """The change that *text* asks for, as git sees its result. Raises RejectedPatch."""
    edits = read_edits(text, new_file=bench.evidence.style.path if bench.evidence.style else "")
    files = {edit.path: relocate(edit, _content(bench.tree, edit.path)) for edit in edits}
    _refuse_twins(files, bench.tree)
    try:
        tree = bench.tools.clone.edit(bench.tree.id, files)
    except ToolError as error:
        raise RejectedPatch(f"git refuses the change: {error}") from error
    if tree == bench.tree.id:
        raise RejectedPatch("the patch changes nothing")
    return bench.tools.clone.patch(bench.tree.id, tree)


def _refuse_twins(files: Mapping[str, bytes | None], tree: Tree) -> None:
    """Refuse a new file that differs from one of the tree in case only: some systems see one file there."""
    known = {path.casefold(): path for path in tree.paths()}
    for path, content in files.items():
        twin = known.get(path.casefold(), path)
        if content is not None and twin != path:
            raise RejectedPatch(f"{path} differs from {twin} in upper and lower case only; change that file instead")


def _content(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except FileNotFoundError:
        return None


def proven_by(attempt: Attempt) -> str:
    """The sentence that says whose change *attempt* proved, and what it is about."""
    cause = attempt.reply.cause or "the failing tests pass with the change, and every other test as before"
    return f"proven with the proposer `{attempt.reply.proposer}`: {cause}"


def _given_up(tools: Tools, evidence: Evidence, attempts: tuple[Attempt, ...]) -> Verdict:
    """Nothing was proven: by a limit on what may be spent, by a rule, or because no proposer had more."""
    limit = tools.budget.objection(attempts, elapsed=tools.clock())
    if repaired := [attempt for attempt in attempts if attempt.is_proven and attempt.group]:
        reason = f"{len(repaired)} root cause(s) repaired and others not; partial.patch holds what was proven"
        return Verdict(Outcome.NO_FIX, f"{reason}; {limit}" if limit else reason, evidence, attempts)
    changes = [attempt for attempt in attempts if attempt.patch]
    if changes and all(attempt.refused for attempt in changes):
        rules = "; ".join(dict.fromkeys(rule for attempt in changes for rule in attempt.objections))
        return Verdict(
            Outcome.POLICY_REFUSED,
            f"every change that was offered breaks a rule: {rules}",
            evidence,
            attempts,
        )
    if limit and not tools.budget.attempts_are_spent(attempts):
        return Verdict(Outcome.BUDGET_EXHAUSTED, limit, evidence, attempts)
    count = f"{len(attempts)} attempt{'s' if len(attempts) != 1 else ''}"
    reason = f"{count} made and none proven" + (f"; {limit}" if limit else "")
    return Verdict(Outcome.NO_FIX, reason, evidence, attempts)
