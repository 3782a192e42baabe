"""The record of one run: what was known, what was tried, what it cost, what was concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from agent_ci.core.cells import Cell
from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.claims import NO_CLAIMS, Claims
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.coverage import Coverage
from agent_ci.core.kinds import Kind
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.test_style import Style
from agent_ci.core.untaken import Branches
from agent_ci.core.untested import Target
from agent_ci.core.worth.values import PossibleBug, Written


@dataclass(frozen=True, slots=True)
class Finding:
    """A compiler, linter or log error with a place. ``line`` and ``column`` are 1-based.

    ``file`` is the log itself where the error names no other. ``log_line`` is the number of the line of the raw ``log``
    that says so, and ``step`` the step of the job that it stands in.
    """

    file: str
    line: int | None
    message: str
    code: str = ""
    tool: str = ""
    kind: Kind = Kind.OTHER
    column: int | None = None
    log: str = ""
    log_line: int | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class JobLog:
    """What is worth reading of a raw log of *total* lines.

    ``excerpt`` has *shown* of them and names its gaps. ``failed`` is the step that failed, in words.
    """

    name: str
    excerpt: str
    failed: str = ""
    shown: int = 0
    total: int = 0


class Side(StrEnum):
    """Which commit a control run was made on."""

    HEAD = "head"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Control:
    """One run of the failing tests on one side, before any change was tried.

    ``alone`` is False where the tests ran as part of the whole suite. ``statuses`` holds the failing tests
    that the run contained; one that is absent did not exist there.
    """

    side: Side
    alone: bool
    statuses: Mapping[str, Status]
    seconds: float
    conditions: Conditions = USUAL

    @property
    def is_red(self) -> bool:
        """Whether any of the failing tests was red in this run."""
        return any(status.is_red for status in self.statuses.values())


@dataclass(frozen=True, slots=True)
class Flake:
    """A test that is both red and green on one commit: *passed* of *runs*.

    ``flipped_by`` says in words what the outcome depends on, "chance" where it is nothing that was varied, and
    is empty where that was not looked into.
    """

    id: str
    passed: int
    runs: int
    flipped_by: str = ""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place to look at: *line* is 1-based, *name* is the function or class there, *why* a few words."""

    path: str
    line: int
    name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FirstBad:
    """What a bisection found: the first bad *commit*, or a *sentence* that says why there is no such one.

    ``tested`` counts the commits that were run, ``of`` those in the range.
    """

    commit: str = ""
    subject: str = ""
    author: str = ""
    sentence: str = ""
    tested: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The judged *commit*, a repair of ours with which tests are red that passed before it, and how to take it back.

    ``subject`` is its first line, ``tree`` the id of the files before it, ``diff`` the change that brings them back,
    and ``red_again`` are the ids of the tests that it repaired, which fail there.
    """

    commit: str
    subject: str
    tree: str
    diff: str = field(default="", repr=False)
    red_again: tuple[str, ...] = ()


REVERT = "revert"
"""The proposer that is asked where there is something to take back, and only there."""

MODEL = "model"
"""The proposer that costs money."""

REPLAY = "replay"
"""The proposer that answers as the model did once."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a job knows before it asks for a patch.

    ``settled`` is the outcome where the facts already decide it (flaky, base red, nothing to do ...), and ``summary``
    then says why in one sentence. ``targets`` are the cases to repair, ``before`` is the whole run they come from,
    ``notes`` are further sentences for the person who reads the explanation, ``caused_by_change`` is True where the
    base was run and is green. ``group`` is the fingerprint of the one root cause that the evidence is about, empty
    where it is about all ``causes`` of them. ``cells`` are the jobs that reported it, ``first_bad`` is what a
    bisection found, ``suspects`` are places to look at, ``since_green`` is what differs from the base where that is
    green, ``diff`` says it in git's words, ``earlier`` is the text there of the changed source files by path,
    ``older`` what suspects read before the latest commits that changed them up to there, the newest first,
    ``escalate`` is the fingerprint of a failure that a person has to look at since repairs of it did not hold,
    ``takes_back`` is set where the targets are what a repair of ours broke, and its revert is the one change that is
    proposed, ``mended`` are those of failures that repairs on this branch were about, where all is green, ``system``
    is what the tests ran on ("linux", "macos", "windows"), and ``toolchain`` names the programs that were used.
    ``logs`` are the job logs that were given. For the job `tests`, ``untested`` is what of the change no test runs, in
    a part of one module only, ``covering`` are the ids of the tests that run that module today, ``style`` says how
    tests of it are to be written, and to which file, ``changed`` are all executable lines (1-based) that the change
    adds, by path, ``branches`` the branches that it adds of which it is known whether tests take them, by path, and
    ``coverage`` says which tests run which lines of these files. ``by_model`` is True where the
    model alone is asked, False where it is not asked yet, and None where all are.
    """

    job: str
    summary: str
    tree: str = ""
    settled: Outcome | None = None
    before: TestReport = field(default_factory=TestReport)
    targets: tuple[TestCase, ...] = ()
    controls: tuple[Control, ...] = ()
    flakes: tuple[Flake, ...] = ()
    findings: tuple[Finding, ...] = ()
    logs: tuple[JobLog, ...] = ()
    notes: tuple[str, ...] = ()
    caused_by_change: bool = False
    group: str = ""
    causes: int = 1
    cells: tuple[Cell, ...] = ()
    first_bad: FirstBad | None = None
    suspects: tuple[Suspect, ...] = ()
    since_green: tuple[ChangedFile, ...] = ()
    diff: str = field(default="", repr=False)
    earlier: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    older: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    system: str = ""
    escalate: str = ""
    takes_back: TakenBack | None = None
    mended: tuple[str, ...] = ()
    toolchain: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    untested: tuple[Target, ...] = ()
    covering: tuple[str, ...] = ()
    style: Style | None = None
    by_model: bool | None = None
    changed: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    branches: Branches = field(default_factory=lambda: MappingProxyType({}))
    coverage: Coverage | None = field(default=None, repr=False)

    def is_asked(self, proposer: str) -> bool:
        """Whether *proposer* has a say about this part."""
        return self.by_model is None or (proposer == MODEL) is self.by_model

    @property
    def target_ids(self) -> tuple[str, ...]:
        """The ids of the cases to repair, each once, in report order."""
        return tuple(dict.fromkeys(case.id for case in self.targets))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a reply cost. ``usd`` is None where the price is not known, which is never the same as zero.

    ``cached_tokens`` are those of the ``prompt_tokens`` that the provider had kept from an earlier call.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = 0.0
    seconds: float = 0.0
    cached_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Tokens in both directions."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Cost) -> Cost:
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Cost(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            usd,
            self.seconds + other.seconds,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a proposer said: free text around a unified diff against the evidence's tree.

    ``cause`` is its one-sentence diagnosis where it has one, ``note`` what it did to get there. ``objection`` is set
    where the proposer itself knows that the reply is of no use (refused, cut off, unreadable) or not to be trusted;
    such a reply is counted, fed back and never applied. ``doubts`` are its own reasons to have a person look at the
    change. ``bugs`` are what looked wrong on the way, and ``left_out`` what nothing was tried for, one sentence each,
    by whoever proposes tests. ``model`` is the name of the model that said it, empty where it was none, and ``claims``
    what it says of its change beside it. It is the ``candidate``, from 0, of so many ``candidates``
    that answer one question; the first of them carries the cost of all.
    """

    proposer: str
    text: str = ""
    cost: Cost = field(default_factory=Cost)
    cause: str = ""
    note: str = ""
    objection: str = ""
    doubts: tuple[str, ...] = ()
    bugs: tuple[PossibleBug, ...] = ()
    left_out: tuple[str, ...] = ()
    model: str = ""
    claims: Claims = NO_CLAIMS
    candidate: int = 0
    candidates: int = 1

    @property
    def source(self) -> str:
        """Who said it, in words: the proposer, and which model that asked."""
        return f"{self.proposer} ({self.model})" if self.model else self.proposer

    @property
    def was_paid(self) -> bool:
        """Whether it cost something, or is one of those for which another was paid."""
        return self.cost.calls > 0 or self.candidate > 0

    @property
    def is_followed(self) -> bool:
        """Whether another reply follows that is paid for."""
        return self.candidate + 1 < self.candidates


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reply, the change it leads to, and every objection to it; without objections it is proven.

    ``refused`` is True where only rules stand against the change: it was judged by policy and not run.
    ``group`` is the fingerprint of the root cause that the attempt answers, empty where it answers all of them.
    ``repeats`` is how often the failing tests were run with the change, and ``scope`` says which other tests
    were, where those were not all. ``doubts`` are reasons to have a person look at a proven change. ``written`` is the
    account of the tests that the reply offers, where it offers tests. ``targets_after`` is what the tests that it is to
    repair said with the change, where one of them was red. ``is_rival`` is True where another change was
    proven before.
    """

    reply: Reply
    patch: Patch | None = None
    objections: tuple[str, ...] = ()
    after: TestReport | None = None
    refused: bool = False
    group: str = ""
    repeats: int = 0
    scope: str = ""
    doubts: tuple[str, ...] = ()
    written: Written | None = None
    is_rival: bool = False
    targets_after: TestReport | None = None

    @property
    def is_proven(self) -> bool:
        """Whether a change exists, was run, and nothing speaks against it."""
        return self.patch is not None and self.after is not None and not self.objections


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended, with everything that led there. ``reason`` is one sentence for a person."""

    outcome: Outcome
    reason: str
    evidence: Evidence
    attempts: tuple[Attempt, ...] = ()

    @property
    def proof(self) -> Attempt | None:
        """The attempt that was proven to repair all there is to repair, if one was."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.is_proven and not attempt.group), None)

    @property
    def partial(self) -> Attempt | None:
        """The last proven repair of some root cause, where no attempt repairs all; its tree holds those before it."""
        proven = (attempt for attempt in reversed(self.attempts) if attempt.is_proven)
        return None if self.proof else next(proven, None)

    @property
    def cost(self) -> Cost:
        """The cost of all attempts together."""
        return total_cost(self.attempts)


def tried_before(offered: str, objections: Iterable[str]) -> Attempt:
    """An attempt that an earlier run made at the same failure, in vain."""
    return Attempt(Reply("an earlier run", offered), objections=tuple(objections))


def total_cost(attempts: Iterable[Attempt]) -> Cost:
    """The sum of what *attempts* cost; unknown as soon as one price is unknown."""
    return sum((attempt.reply.cost for attempt in attempts), Cost())
