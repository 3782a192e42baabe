"""The one way every job runs: gather evidence, ask for a change, judge it, prove it; again within budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from agent_ci.checkout import Repository
from agent_ci.clone import Clone, GitTree
from agent_ci.core.budget import Budget
from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.outcome import Outcome
from agent_ci.core.patches.diff import RejectedPatch, read_edits
from agent_ci.core.patches.relocate import relocate
from agent_ci.core.policy import Policy
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict
from agent_ci.errors import AgentCIError
from agent_ci.ports import Journal, Progress, Proposer, Runner, Sandbox, Tree, Workspace
from agent_ci.process import ToolError


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


class Job(Protocol):
    """What differs between fixing, testing and drafting: what is known, what is asked, what is proof."""

    def gather(self, tools: Tools) -> Evidence:
        """Collect the evidence; ``settled`` is set where the facts alone decide how the run ends."""
        ...

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tree: Tree) -> str:
        """The question for a text-based proposer."""
        ...

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Judge a change that policy allows by running it; the result is proven or carries objections."""
        ...


@dataclass(frozen=True)
class _Bench:
    """The Workbench that proposers get: bound to one job, one piece of evidence and its tree."""

    job: Job
    tools: Tools
    evidence: Evidence
    tree: GitTree

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        return self.job.ask(self.evidence, attempts, self.tree)

    def open(self) -> AbstractContextManager[Workspace]:
        return self.tools.sandbox.open(self.tree)

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
        for attempt in _attempts(job, tools, evidence):
            attempts.append(attempt)
            if attempt.is_proven:
                return Verdict(Outcome.FIXED, _proven(attempt), evidence, tuple(attempts))
    except AgentCIError as error:
        return Verdict(error.outcome, str(error), evidence, tuple(attempts))
    return _given_up(tools, evidence, tuple(attempts))


def _attempts(job: Job, tools: Tools, evidence: Evidence) -> Iterator[Attempt]:
    """One judged attempt after the other, until no proposer has anything left or a limit is reached."""
    attempts: tuple[Attempt, ...] = ()
    bench = _Bench(job, tools, evidence, tools.clone.tree(evidence.tree))
    for name, proposer in tools.proposers:
        session = proposer.propose(evidence, attempts, bench)
        answer: Attempt | None = None
        while not tools.budget.objection(attempts, elapsed=tools.clock()):
            with tools.progress.phase(f"propose ({name})"):
                reply = _next(session, answer)
            if reply is None:
                break
            answer = _judged(bench, attempts, reply)
            attempts += (answer,)
            tools.journal.record("attempt", proposer=name, objections=list(answer.objections))
            yield answer


def _next(session: Generator[Reply, Attempt, None], answer: Attempt | None) -> Reply | None:
    """The session's next reply, given how its last one was judged; None when it has no more."""
    try:
        return next(session) if answer is None else session.send(answer)
    except StopIteration:
        return None


def _judged(bench: _Bench, attempts: tuple[Attempt, ...], reply: Reply) -> Attempt:
    """The attempt that *reply* amounts to: read, put into a tree, held against policy, then proven."""
    if reply.objection:
        return Attempt(reply, objections=(reply.objection,))
    tools = bench.tools
    try:
        patch = _patch(bench, reply.text)
    except RejectedPatch as rejection:
        return Attempt(reply, objections=(str(rejection),))
    if same := next((before for before in attempts if before.patch and before.patch.tree == patch.tree), None):
        return Attempt(reply, patch, ("this very change was tried before", *same.objections), refused=same.refused)
    if objections := tools.policy.objections(patch):
        return Attempt(reply, patch, objections, refused=True)
    return bench.job.prove(Attempt(reply, patch), bench.evidence, tools)


def _patch(bench: _Bench, text: str) -> Patch:
    """The change that *text* asks for, as git sees its result. Raises RejectedPatch."""
    files = {edit.path: relocate(edit, _content(bench.tree, edit.path)) for edit in read_edits(text)}
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


def _proven(attempt: Attempt) -> str:
    cause = attempt.reply.cause or "the failing tests pass with the change, and every other test as before"
    return f"proven with the proposer `{attempt.reply.proposer}`: {cause}"


def _given_up(tools: Tools, evidence: Evidence, attempts: tuple[Attempt, ...]) -> Verdict:
    """Nothing was proven: by a limit on what may be spent, by a rule, or because no proposer had more."""
    limit = tools.budget.objection(attempts, elapsed=tools.clock())
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
