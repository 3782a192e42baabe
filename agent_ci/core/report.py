"""What a test run said: its cases, its failures, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property


class Status(StrEnum):
    """How one test case ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"

    @property
    def is_red(self) -> bool:
        """Whether this status alone turns a build red."""
        return self in (Status.FAILED, Status.ERRORED)


@dataclass(frozen=True, slots=True)
class Attempted:
    """Another try of a case in the same run, which a runner repeated by itself."""

    status: Status
    message: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test case of one run.

    ``id`` is what the runner selects it by (a pytest node id, for example); ``file`` is relative to the
    repository's root where the report says so, ``line`` is 1-based, ``seconds`` is None where not reported.
    ``suite`` are the names of the suites that it is in, outermost first. ``attempts`` are other tries in the same
    run, so a case that passed in the end with some is flaky. ``output`` is what it printed, ``attachments`` are names
    of files that it left, ``properties`` are what the runner noted beside it; all are as hostile as the test.
    """

    id: str
    status: Status
    message: str = ""
    traceback: str = ""
    classname: str = ""
    name: str = ""
    file: str = ""
    line: int | None = None
    seconds: float | None = None
    suite: tuple[str, ...] = ()
    attempts: tuple[Attempted, ...] = ()
    output: str = ""
    attachments: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()

    __test__ = False

    @property
    def is_red(self) -> bool:
        """Whether the case failed or could not run."""
        return self.status.is_red

    def below(self, prefix: str) -> TestCase:
        """The same case; where it is red, what it says names files without the *prefix* of their paths."""
        if not self.is_red:
            return self
        return replace(
            self,
            message=self.message.replace(prefix, ""),
            traceback=self.traceback.replace(prefix, ""),
            output=self.output.replace(prefix, ""),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases ended in which way, counted from the cases themselves and never from a header."""

    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """The number of cases."""
        return self.passed + self.failed + self.errored + self.skipped

    @property
    def red(self) -> int:
        """The number of failed and errored cases."""
        return self.failed + self.errored

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.passed + other.passed,
            self.failed + other.failed,
            self.errored + other.errored,
            self.skipped + other.skipped,
        )


@dataclass(frozen=True)
class TestReport:
    """The cases of one run, or of several reports read as one.

    ``tally`` counts every case. ``cases`` holds all of them where ``is_complete``, and otherwise the red
    ones up to a cap (a report of a million cases is diagnosed without keeping a million objects).
    ``partial`` gives the reasons, one sentence each, why something may be missing: damage, truncation, caps.
    """

    cases: tuple[TestCase, ...] = ()
    tally: Tally = field(default_factory=Tally)
    partial: tuple[str, ...] = ()

    __test__ = False

    @classmethod
    def of(cls, *cases: TestCase, partial: tuple[str, ...] = ()) -> TestReport:
        """A report that holds exactly *cases*."""
        count = dict.fromkeys(Status, 0)
        for case in cases:
            count[case.status] += 1
        tally = Tally(*(count[status] for status in Status))
        return cls(cases, tally, partial)

    @property
    def is_complete(self) -> bool:
        """Whether every case that was counted is held."""
        return not self.partial and len(self.cases) == self.tally.total

    @property
    def is_green(self) -> bool:
        """Whether something ran, all of it was read, and nothing of it is red."""
        return self.tally.total > 0 and self.tally.red == 0 and not self.partial

    def below(self, folder: str) -> TestReport:
        """The same report, in which what red cases say names files below the absolute *folder* relative to it."""
        if not self.tally.red:
            return self
        return replace(self, cases=tuple(case.below(f"{folder}/") for case in self.cases))

    @cached_property
    def red(self) -> tuple[TestCase, ...]:
        """The failed and errored cases that are held."""
        return tuple(case for case in self.cases if case.is_red)

    @cached_property
    def statuses(self) -> dict[str, Status]:
        """The status by id; a case that appears twice keeps its worst status, so a re-run never hides red."""
        worst: dict[str, Status] = {}
        for case in self.cases:
            seen = worst.get(case.id)
            if seen is None or _SEVERITY[case.status] > _SEVERITY[seen]:
                worst[case.id] = case.status
        return worst

    def only(self, ids: Iterable[str]) -> TestReport:
        """The report of the cases *ids* alone."""
        wanted = frozenset(ids)
        return TestReport.of(*(case for case in self.cases if case.id in wanted), partial=self.partial)

    def ids(self, *statuses: Status) -> tuple[str, ...]:
        """The sorted ids of the cases that ended in one of *statuses*; of all cases when none is given."""
        return tuple(sorted(id_ for id_, status in self.statuses.items() if not statuses or status in statuses))


_SEVERITY = {Status.SKIPPED: 0, Status.PASSED: 1, Status.FAILED: 2, Status.ERRORED: 3}
