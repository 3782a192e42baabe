"""Which cases of one XML report were counted, which of them are held, and what may be missing."""

from __future__ import annotations

from collections.abc import Callable

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import Status, Tally, TestCase, TestReport

SEVERITY = {Status.PASSED: 0, Status.SKIPPED: 1, Status.FAILED: 2, Status.ERRORED: 3}
DEEPEST = 32  # names of suites that a case carries; a hostile report nests a hundred thousand
MOST_BESIDE = 100  # attachments, or properties, that a case carries
_MAX_REASONS = 5
_MAX_NAME = 1000  # characters of the name of a suite, an attachment or a property


def _ignore(heard: Callable[[str], None] | None) -> None:
    """Stands for a source of events that does not care whether text is wanted."""


class Keeper:
    """What every reader of elements counts and holds.

    ``listen`` is called with who wants the text that follows, if anybody; sources of events set it to avoid work.
    """

    __slots__ = ("_cases", "_counts", "_damage", "_dropped", "_keep_all", "_limits", "_passed", "listen")

    def __init__(self, keep: Keep, limits: Limits) -> None:
        self.listen: Callable[[Callable[[str], None] | None], None] = _ignore
        self._keep_all = keep is Keep.ALL
        self._limits = limits
        self._cases: list[TestCase] = []
        self._passed = 0  # apart from the other counts, since it is counted a million times
        self._counts = dict.fromkeys(Status, 0)
        self._dropped = 0
        self._damage: list[str] = []

    @property
    def is_ignored(self) -> bool:
        """Whether nothing is read of the element that is open, whatever is inside."""
        return False

    def note(self, reason: str) -> None:
        """Say that, because of *reason*, something may be missing."""
        self._damage.append(reason)

    def report(self) -> TestReport:
        """Everything that was read. Raises UnsupportedError where it was something else after all."""
        return TestReport(tuple(self._cases), self._tally(), tuple(self._reasons()))

    def _has_room(self) -> bool:
        """Whether another case may be held; says later how many were not."""
        if len(self._cases) < (self._limits.cases if self._keep_all else self._limits.red):
            return True
        self._dropped += 1
        return False

    def _tally(self) -> Tally:
        counts = self._counts
        return Tally(
            self._passed + counts[Status.PASSED],
            counts[Status.FAILED],
            counts[Status.ERRORED],
            counts[Status.SKIPPED],
        )

    def _reasons(self) -> list[str]:
        reasons = self._damage[:_MAX_REASONS]
        if more := len(self._damage) - len(reasons):
            reasons.append(f"{more} more such places")
        if self._dropped:
            kept = "cases" if self._keep_all else "red cases"
            reasons.append(f"only the first {len(self._cases):,} {kept} were kept; {self._dropped:,} were not")
        return reasons


def deeper(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names of the suites inside the suite *name*, which stands inside *path*."""
    return (*path, name[:_MAX_NAME]) if name and len(path) < DEEPEST else path


def short(text: str) -> str:
    """The beginning of a name that a report gives."""
    return text.strip()[:_MAX_NAME]
