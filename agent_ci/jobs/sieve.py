"""One file of offered tests on its way through the filters: what is left of it, and what became of each candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent_ci.core.untested import Target
from agent_ci.core.worth import assertions, bugs, stand_ins, surroundings
from agent_ci.core.worth.cutting import bound_in, tidied, without
from agent_ci.core.worth.plain import without_small_tables
from agent_ci.core.worth.provenance import Provenance, marked
from agent_ci.core.worth.selection import Reach, Useful, chosen
from agent_ci.core.worth.tests_file import Candidate, TestFunction, TestsFile
from agent_ci.core.worth.values import NO_MUTANT, Filter, Judged, PossibleBug, Stage
from agent_ci.jobs.measuring import Case, Measured
from agent_ci.mutation_kit.mutants import is_faultless

SLOWEST = 2.0  # seconds that one test may take
SLOWEST_OF_ALL, SHARE_OF_SUITE = 20.0, 0.1
"""Seconds that all new tests of a push may take, or that share of the suite's, whichever is more."""

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Gain:
    """The *lines* of a target that a test runs, and the *branches*, by their lines, that it takes, as no other does."""

    lines: frozenset[int]
    branches: frozenset[int]

    def __len__(self) -> int:
        return len(self.lines) + len(self.branches)


@dataclass
class Sieve:
    """The tests in *file*, to be at *path*, about *targets*, whose files' *sources* are by path.

    ``before`` is what a file held that was there, of which nothing is to change: its tests are none of ours to judge.
    ``known`` are the ids of all cases that the suite had.
    """

    path: str
    file: TestsFile
    targets: Sequence[Target]
    sources: Mapping[str, str]
    known: frozenset[str] = frozenset()
    before: str = ""
    judged: dict[Candidate, Judged] = field(default_factory=dict)
    found: list[PossibleBug] = field(default_factory=list)
    useful: dict[Candidate, Useful] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with every candidate offered and none judged."""
        candidates = [candidate for test in self._new for candidate in test.candidates]
        self.judged = {candidate: Judged(self.path, candidate.name) for candidate in candidates}

    @property
    def _old(self) -> tuple[str, ...]:
        """The names of the tests that were there."""
        file = TestsFile.read(self.before)
        return tuple(test.name for test in file.tests) if file else ()

    @property
    def _new(self) -> list[TestFunction]:
        old = frozenset(self._old)
        return [test for test in self.file.tests if test.name not in old]

    @property
    def left(self) -> list[Candidate]:
        """The candidates that no filter has taken out."""
        return [candidate for candidate, one in self.judged.items() if not one.rejected_by]

    @property
    def remaining(self) -> str:
        """The text without what was taken out; empty where no test is left."""
        out = [candidate for candidate, one in self.judged.items() if one.rejected_by]
        keeping = bound_in(self.before)
        text = self.file.text
        return without(text, out, keeping=keeping) if out else tidied(text, keeping=keeping)

    def written(self, width: int) -> str:
        """What is left as it is to be delivered: a table of one row is a plain test, in lines of *width* columns."""
        if self.before:  # the tables there are somebody's
            return self.remaining
        text = without_small_tables(self.remaining, width=width)
        file = TestsFile.read(text)
        plain = {test.name for test in file.tests if test.table is None} if file else set[str]()
        for candidate in self.left:
            if candidate.row is not None and candidate.function in plain:
                self.judged[candidate] = replace(self.judged[candidate], id=candidate.function)
        return text

    def reject(self, candidate: Candidate, by: str, reason: str) -> None:
        """Take *candidate* out."""
        short = " ".join(reason.split())[:_LONGEST_REASON]
        self.judged[candidate] = replace(self.judged[candidate], rejected_by=str(by), reason=short)

    def advance(self, candidate: Candidate, stage: Stage, **facts: object) -> None:
        """Note that *candidate* came as far as *stage*."""
        self.judged[candidate] = replace(self.judged[candidate], stage=stage, **facts)  # type: ignore[arg-type]

    def read(self) -> None:
        """The filters that read and run nothing: F1 in part, F4 and F7."""
        unknown = surroundings.unknown_names(self.file)
        names = Counter(test.name for test in self.file.tests)
        doubled = doubling([test.name for test in self.file.tests], self._old)
        functions = [target.function for target in self.targets]
        for test in self._new:
            faults: tuple[tuple[Filter, str], ...] = (
                (Filter.BUILDS, f"it reads {unknown[test.name]}, which nothing binds" if test.name in unknown else ""),
                (Filter.BUILDS, doubled),
                (Filter.BUILDS, "another test in the file has the same name" if names[test.name] > 1 else ""),
                (Filter.ASSERTS, assertions.objection(test, self.file.tree)),
                (Filter.ASSERTS, stand_ins.objection(test, functions)),
                (Filter.ASSERTS, surroundings.waits(test, self.file.tree)),
                (Filter.CLEAN, surroundings.objection(test, self.file.tree)),
            )
            by, reason = next(((by, reason) for by, reason in faults if reason), (None, ""))
            for candidate in test.candidates if by else ():
                self.reject(candidate, str(by), reason)

    def weigh(self, measured: Measured) -> None:
        """The filters that go by what was measured: F1, F2, F8, F9 and F5."""
        file = self.file_left
        by_words = {candidate.name: own for candidate, own in file.with_ids(self.path, measured.ids).items()}
        strange = next((id_ for id_ in file.strangers(self.path, measured.ids) if id_ not in self.known), "")
        for candidate in self.left:
            own = by_words.get(candidate.name, ())
            cases = [measured.cases[id_] for id_ in own if id_ in measured.cases]
            if strange:
                self.reject(candidate, Filter.BUILDS, unjudged(strange))
            elif not own:
                self.reject(candidate, Filter.BUILDS, measured.broken or "pytest does not collect it")
            elif len(cases) < len(own):
                self.reject(candidate, Filter.QUICK, "there was no time to run it")
            else:
                self._weigh(candidate, cases, measured)

    @property
    def file_left(self) -> TestsFile:
        """What is left, read anew: its rows are numbered as they stand there."""
        found = TestsFile.read(self.remaining)
        return found or TestsFile("", self.file.tree)

    def _weigh(self, candidate: Candidate, cases: Sequence[Case], measured: Measured) -> None:
        slow = max(cases, key=lambda case: case.seconds)
        red = next((case for case in cases if case.outcome != "passed"), None)
        seconds = sum(case.seconds for case in cases)
        self.advance(candidate, Stage.BUILT, seconds=round(seconds, 3))
        if red is not None and red.outcome != "hung":
            said = f": {red.error}" if red.error else ""
            return self.reject(candidate, Filter.GAINS, f"it does not pass alone ({red.outcome}){said}")
        if slow.seconds > SLOWEST:
            return self.reject(candidate, Filter.QUICK, f"it takes more than {SLOWEST:g} s")
        self.advance(candidate, Stage.PASSED)
        if bug := self._bug(candidate):
            self.found.append(bug)
            return self.reject(candidate, Filter.FREEZES_NO_BUG, bug.message)
        gained = {target: self._gained(target, cases) for target in self.targets}  # two may have one name
        best = max(gained, key=lambda target: len(gained[target]), default=None)
        if best is None or not gained[best]:
            return self.reject(candidate, Filter.GAINS, self._adds_nothing())
        lines, branches = (tuple(sorted(some)) for some in (gained[best].lines, gained[best].branches))
        self.advance(candidate, Stage.GAINED, target=best.name, lines=lines, branches=branches)
        return self._noticed(candidate, best, gained[best], {case.id for case in cases}, measured)

    def _adds_nothing(self) -> str:
        also = " and takes no branch" if any(target.branches for target in self.targets) else ""
        return f"it runs no line{also} that the tests there are do not {'take' if also else 'run'}"

    def _noticed(self, candidate: Candidate, target: Target, gain: Gain, ids: set[str], measured: Measured) -> None:
        faults = [fault for fault in measured.faults if fault.target == target.name and fault.state != "untried"]
        kills = tuple(fault.id for fault in faults if not fault.suite and ids & {*fault.by})
        has_none = not kills and is_faultless(self.sources.get(target.path, ""), target.guarded)
        if not kills and not has_none:
            why = "it notices no small fault of the lines that it runs" if faults else "no small fault could be tried"
            return self.reject(candidate, Filter.KILLS, why)
        self.advance(candidate, Stage.KILLED, kills=kills, labels=(NO_MUTANT,) if has_none else ())
        size, order = self._size(candidate), list(self.judged).index(candidate)
        useful = Useful(candidate, target.name, frozenset(kills), gain.lines, size, order, branches=gain.branches)
        self.useful[candidate] = useful
        return None

    def _gained(self, target: Target, cases: Sequence[Case]) -> Gain:
        ran = {line for case in cases for line in case.lines.get(target.path, ())}
        arcs = {arc for case in cases for arc in case.arcs.get(target.path, ())}
        taken = frozenset(branch.line for branch in target.branches if branch.is_taken(arcs))
        return Gain(frozenset(ran & {*target.lines}), taken)

    def _bug(self, candidate: Candidate) -> PossibleBug | None:
        test = self._test(candidate)
        found = (bugs.frozen(test, path, source) for path, source in self.sources.items())
        return next((bug for bug in found if bug), None)

    def _test(self, candidate: Candidate) -> TestFunction:
        return next(test for test in self.file.tests if test.name == candidate.function)

    def _size(self, candidate: Candidate) -> int:
        test = self._test(candidate)
        node = test.table.rows[candidate.row] if test.table and candidate.row is not None else test.node
        return (node.end_lineno or node.lineno) - node.lineno + 1

    def tell(self, candidates: Collection[Candidate]) -> None:
        """Note that *candidates* fail without the change."""
        self.useful |= {candidate: replace(self.useful[candidate], is_new=True) for candidate in candidates}

    def select(self, *, room: int, suite_seconds: float, reach: Reach) -> None:
        """The filters that hold the tests against each other: F6, and F8 for all of them together."""
        _, out = chosen([self.useful[candidate] for candidate in self.left], room=room, reach=reach)
        for candidate, (by, reason) in out.items():
            self.reject(candidate, by, reason)
        most = max(SLOWEST_OF_ALL, SHARE_OF_SUITE * suite_seconds)
        while sum(self.judged[candidate].seconds for candidate in self.left) > most:
            slowest = max(self.left, key=lambda candidate: self.judged[candidate].seconds)
            self.reject(slowest, Filter.QUICK, f"the new tests together take more than {most:.0f} s")

    def deliver(self) -> tuple[Judged, ...]:
        """Every candidate, those that are left as delivered."""
        for candidate in self.left:
            self.advance(candidate, Stage.DELIVERED)
        return tuple(self.judged.values())


def doubling(names: Iterable[str], old: Iterable[str]) -> str:
    """Why a file with tests of *names* is given up: one of the *old* names is there once more than before, or empty."""
    there = Counter(old)
    name = next((name for name in Counter(names) - there if name in there), "")
    return f"the file would have a second test named {name}, in the place of the one that is there" if name else ""


def unjudged(id_: str) -> str:
    """Why a file is given up that has the new case *id_*, which no filter could look at."""
    return f"its file has {id_} as well, which is no plain function of the file or of a class in it and was not judged"


def with_comments(text: str, judged: Sequence[Judged], *, name: str, proposer: str) -> str:
    """*text* with what is known of each test in *judged* above it, under the *name* of the delivery."""
    return marked(text, dict(_provenances(judged, name, proposer)))


def _provenances(judged: Sequence[Judged], name: str, proposer: str) -> Iterator[tuple[str, Provenance]]:
    by_test: dict[str, list[Judged]] = {}
    for one in judged:
        if one.stage is Stage.DELIVERED:
            by_test.setdefault(one.id.partition("[")[0], []).append(one)
    for test, rows in by_test.items():
        lines = tuple(sorted({line for one in rows for line in one.lines}))
        kills = len({mutant for one in rows for mutant in one.kills})
        labels = tuple(dict.fromkeys(label for one in rows for label in one.labels))
        branches = tuple(sorted({line for one in rows for line in one.branches}))
        yield test, Provenance(name, rows[0].target, lines, kills, proposer, labels, branches)
