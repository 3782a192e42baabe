"""Which of the tests that a reply offers are worth having: each is run, alone and beside the others, and held to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent_ci.clone import Sources, Texts
from agent_ci.core.change import Patch
from agent_ci.core.conditions import Conditions
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Evidence, Side
from agent_ci.core.worth.selection import MOST_OF_PUSH, Reach
from agent_ci.core.worth.tests_file import Candidate, TestsFile
from agent_ci.core.worth.values import Alive, Filter, Judged, Mutants, Written
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.confirming import Confirmation, Kill
from agent_ci.jobs.controls import CLOCKS, report_of
from agent_ci.jobs.measuring import MOST_MUTANTS, Fault, Measured, Measurement, counted
from agent_ci.jobs.on_base import ids_by_name, on_base
from agent_ci.jobs.sieve import Sieve
from agent_ci.pipeline import Tools

_SHARE_TO_MEASURE = 0.5  # of the time left, that one reply's tests may take
_MOST_SECONDS = 240.0
_MOST_OBJECTIONS = 12
_UNCONFIRMED = "run as all tests are, it does not fail with a small fault in the code that it was seen to notice"
FRESH = 5
"""How often new tests are run in processes of their own; less often where --repeat says so."""


def fresh_conditions(varies: frozenset[str], runs: int = FRESH) -> Iterator[Conditions]:
    """How new tests are run again: each time with another hash seed, and in turn in another order, at another time."""
    for number in range(1, 1 + runs):
        order = number - 2 if number in (3, 5) and "order" in varies else 0
        clock = CLOCKS[number // 2 - 1] if number in (2, 4) and "clock" in varies else 0.0
        yield Conditions(order=order, hash_seed=number if "hash_seed" in varies else None, clock=clock)


@dataclass(frozen=True)
class Worth:
    """The filters for tests about what *evidence* says is untested; no more than *room* of them are kept.

    *reach* is what tests do that were kept before and are no part of the suite yet, *base* the tree before the change,
    empty where that is not known.
    """

    evidence: Evidence
    tools: Tools
    room: int = MOST_OF_PUSH
    mutants: int = MOST_MUTANTS
    reach: Reach = field(default_factory=Reach)
    base: str = ""

    def of(self, attempt: Attempt) -> Attempt:
        """*attempt* with those of its tests that are worth having, or the objections to every one of them."""
        patch = attempt.patch
        assert patch is not None  # noqa: S101 - the pipeline proves changes only
        sieves = [*self._sieves(patch)]
        if not any(sieve.judged for sieve in sieves):
            return replace(attempt, objections=("the change adds no test",), written=Written(bugs=attempt.reply.bugs))
        counts, alive = Mutants(), list[Alive]()
        for sieve in sieves:
            sieve.read()
            if sieve.left:
                faults = self._run(sieve, patch)
                counts += counted(faults, frozenset(id_ for _, id_ in {*_kills(sieve)} - self.reach.kills))
                alive += _alive(faults, sieve, self.reach)
        return self._judged(attempt, patch, sieves, Written(mutants=counts, alive=tuple(alive)))

    def _sieves(self, patch: Patch) -> Iterator[Sieve]:
        """The changed files of tests, each with its candidates."""
        old, new = (Texts(self.tools.clone.tree(tree)) for tree in (patch.base_tree, patch.tree))
        texts = Sources(new.tree)
        paths = dict.fromkeys(target.path for target in self.evidence.untested)
        sources = {path: texts.get(path, "") for path in paths}
        known = frozenset(self.evidence.before.ids())
        for file in patch.files:
            read = TestsFile.read(new.get(file.path, ""))
            if read is None:
                yield _unreadable(file.path)
            else:
                yield Sieve(file.path, read, self.evidence.untested, sources, known, old.get(file.path, ""))

    def _run(self, sieve: Sieve, patch: Patch) -> tuple[Fault, ...]:
        """Put *sieve* through the filters that run its tests, the cheapest first; the small faults that were tried."""
        seconds = min(_MOST_SECONDS, _SHARE_TO_MEASURE * self.tools.seconds_left())
        measurement = Measurement(self.evidence, self.tools, seconds)
        targets = [target for target in self.evidence.untested if target.function]
        try:
            measured = measurement.of(self._tree(patch, [sieve]), sieve.path, targets, most=self.mutants)
        except (InfrastructureError, UnsupportedError) as error:
            measured = Measured(broken=str(error))
        sieve.weigh(measured)
        if not sieve.left:
            return measured.faults
        tree = self._tree(patch, [sieve])
        ids = self._repeat(sieve, tree)
        sieve.tell([*self._failing_before(sieve)])
        sieve.select(room=self.room, suite_seconds=suite_seconds(self.evidence), reach=self.reach)
        claims = {one: [*_kills_of(sieve.judged[one])] for one in sieve.left if sieve.judged[one].kills}
        confirmed = Confirmation(self.tools, tree, targets, ids).of({one.name: own for one, own in claims.items()})
        for candidate in claims:
            if candidate.name not in confirmed:
                sieve.reject(candidate, Filter.KILLS, _UNCONFIRMED)
        return measured.faults

    def _repeat(self, sieve: Sieve, tree: str) -> Mapping[str, tuple[str, ...]]:
        """F3, the part that needs the new tests only: five times in processes of their own; the ids of their cases."""
        file = sieve.file_left
        ids: Mapping[str, tuple[str, ...]] = {}
        runs = min(FRESH, self.tools.repeat)
        for number, conditions in enumerate(fresh_conditions(self.tools.runner.varies, runs), 1):
            report = report_of(self.tools, tree, (sieve.path,), conditions)
            ids = ids or ids_by_name(file, sieve.path, report)  # the first run has the order of the file
            for candidate in sieve.left:
                own = ids.get(candidate.name, ())
                if fault := fault_of(own, report) if own else absence(report):
                    sieve.reject(candidate, Filter.RELIABLE, f"run {number} of {runs} in a fresh process: {fault}")
        return ids

    def _failing_before(self, sieve: Sieve) -> Iterator[Candidate]:
        """The tests that are left and fail on the base, where there is one and something to choose from."""
        if self.base and len(sieve.left) > 1:
            told = on_base(self.tools, self.base, {sieve.path: sieve.remaining})
            yield from (one for one in sieve.left if told.is_known and (sieve.path, one.name) not in told.passed)

    def _tree(self, patch: Patch, sieves: Sequence[Sieve]) -> str:
        """The tree before the change with what is left of *sieves*."""
        files = {sieve.path: _encoded(sieve.remaining) for sieve in sieves}
        return self.tools.clone.edit(patch.base_tree, {path: text for path, text in files.items() if text is not None})

    def _judged(self, attempt: Attempt, patch: Patch, sieves: Sequence[Sieve], told: Written) -> Attempt:
        bugs = (*attempt.reply.bugs, *(bug for sieve in sieves for bug in sieve.found))
        left = [sieve for sieve in sieves if sieve.left]
        width = self.evidence.style.line_length if self.evidence.style else 88
        texts = {sieve.path: sieve.written(width).encode() for sieve in left}
        judged = tuple(one for sieve in sieves for one in sieve.deliver())
        written = replace(told, judged=judged, gained=gained(judged, self.evidence), bugs=bugs)
        record(judged, self.tools)
        if not left:
            return replace(attempt, objections=objections_of(judged), written=written)
        made = self.tools.clone.patch(patch.base_tree, self.tools.clone.edit(patch.base_tree, texts))
        report = TestReport.of(*self.evidence.before.cases, partial=self.evidence.before.partial)
        proven = replace(attempt, patch=made, after=report, repeats=min(FRESH, self.tools.repeat), written=written)
        return held_to_policy(proven, self.tools, causes=self.evidence.causes)


def record(judged: Sequence[Judged], tools: Tools) -> None:
    """Write to the audit log what became of each candidate."""
    for one in judged:
        facts = {"file": one.file, "stage": str(one.stage), "by": one.rejected_by, "reason": one.reason}
        tools.journal.record("candidate", id=one.id, **facts)


def held_to_policy(attempt: Attempt, tools: Tools, *, causes: int) -> Attempt:
    """*attempt*, refused where its change, which is not the one that was offered any more, breaks a rule."""
    broken = tools.policy.objections(attempt.patch, causes=causes) if attempt.patch and attempt.is_proven else ()
    return replace(attempt, objections=broken, refused=True) if broken else attempt


def fault_of(ids: Sequence[str], report: TestReport) -> str:
    """Why one of the cases *ids* did not pass in *report*; empty where all did."""
    bad = next((id_ for id_ in ids if report.statuses.get(id_) is not Status.PASSED), None)
    if bad is None:
        return ""
    lines = next((case.message.strip().splitlines() for case in report.red if case.id == bad), [])
    return lines[0] if lines else str(report.statuses.get(bad, absence(report)))


def absence(report: TestReport) -> str:
    """Why a case is not in *report*."""
    return next(iter(report.partial), "it did not run")


def suite_seconds(evidence: Evidence) -> float:
    """How long the suite took on the commit."""
    return max((one.seconds for one in evidence.controls if one.side is Side.HEAD and not one.alone), default=0.0)


def objections_of(judged: Sequence[Judged]) -> tuple[str, ...]:
    """One sentence for each candidate that was taken out."""
    rejected = [one for one in judged if one.rejected_by]
    told = [f"{one.id}: {one.reason} ({one.rejected_by})" for one in rejected[:_MOST_OBJECTIONS]]
    more = len(rejected) - len(told)
    return (*told, *((f"and {more} more tests that are not worth having",) if more else ()))


def gained(judged: Sequence[Judged], evidence: Evidence) -> Mapping[str, frozenset[int]]:
    """The lines, by path, that the delivered tests of *judged* run and no test did before."""
    paths = {target.name: target.path for target in evidence.untested}
    found: dict[str, set[int]] = {}
    for one in judged:
        if not one.rejected_by and one.target in paths:
            found.setdefault(paths[one.target], set()).update(one.lines)
    for target in evidence.untested:
        if target.path in found:  # a test that runs it has imported it
            found[target.path].update(target.at_import)
    return {path: frozenset(lines) for path, lines in sorted(found.items())}


def _unreadable(path: str) -> Sieve:
    """A file of which no test can be judged."""
    nothing = TestsFile("", ast.Module(body=[], type_ignores=[]))
    sieve = Sieve(path, nothing, (), {})
    sieve.judged[Candidate(path)] = Judged(path, path, rejected_by=Filter.BUILDS, reason="it is no Python")
    return sieve


def _kills(sieve: Sieve) -> Iterator[Kill]:
    """The mutants that the tests which are left kill, each with its target."""
    yield from (kill for candidate in sieve.left for kill in _kills_of(sieve.judged[candidate]))


def _kills_of(one: Judged) -> Iterator[Kill]:
    yield from ((one.target, mutant) for mutant in one.kills)


def _alive(faults: Sequence[Fault], sieve: Sieve, reach: Reach) -> Iterator[Alive]:
    known = {*_kills(sieve), *reach.kills}
    for fault in faults:
        is_known = fault.suite or (fault.target, fault.id) in known
        if fault.state in ("killed", "survived") and not is_known:
            yield Alive(fault.target, fault.line, fault.description)


def _encoded(text: str) -> bytes | None:
    return text.encode() if text else None
