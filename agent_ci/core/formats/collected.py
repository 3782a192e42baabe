"""The cases of one report while it is read: counted all, held up to the limits, with what may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.report import Status, Tally, TestCase, TestReport
from agent_ci.core.xml.text import plain

_MAX_REASONS = 5


class Collected:
    """What a reader has found so far. Texts are cleaned of colours and cut here, for every format alike."""

    __slots__ = ("_cases", "_counts", "_dropped", "_more_reasons", "_reasons", "keeps_all", "limits")

    def __init__(self, keep: Keep, limits: Limits) -> None:
        self.keeps_all = keep is Keep.ALL
        self.limits = limits
        self._cases: list[TestCase] = []
        self._counts = dict.fromkeys(Status, 0)
        self._dropped = self._more_reasons = 0
        self._reasons: dict[str, None] = {}

    @property
    def total(self) -> int:
        """The number of cases."""
        return sum(self._counts.values())

    @property
    def red(self) -> int:
        """The number of failed and errored cases."""
        return self._counts[Status.FAILED] + self._counts[Status.ERRORED]

    @property
    def tally(self) -> Tally:
        """How many cases ended in which way."""
        return Tally(*(self._counts[status] for status in Status))

    @property
    def is_full(self) -> bool:
        """Whether no more cases can be held."""
        return len(self._cases) >= self.room

    @property
    def room(self) -> int:
        """The number of cases that can be held at most."""
        return self.limits.cases if self.keeps_all else self.limits.red

    def holds(self, status: Status) -> bool:
        """Whether a case of that status is wanted, so that its texts are worth making."""
        return self.keeps_all or status.is_red

    def count(self, status: Status, number: int = 1) -> None:
        """Count *number* cases of which nothing more is known."""
        self._counts[status] += number
        if self.holds(status):
            self._dropped += number

    def add(self, case: TestCase) -> None:
        """Count *case*, and hold it where it is wanted and there is room."""
        self._counts[case.status] += 1
        if not self.holds(case.status):
            return
        if self.is_full:
            self._dropped += 1
            return
        self._cases.append(self._cut(case))

    def note(self, reason: str) -> None:
        """Say that, because of *reason*, something may be missing."""
        reason = plain(reason)
        if reason in self._reasons:
            return
        if len(self._reasons) < _MAX_REASONS:
            self._reasons[reason] = None
        else:
            self._more_reasons += 1

    def compare(self, since: Tally, *, total: int, red: int) -> None:
        """Note where a header counts more cases, or more red ones, than were found *since* that tally."""
        shown, shown_red = self.total - since.total, self.red - since.red
        if total > shown:
            self.note(f"its header counts {total:,} tests and it shows {shown:,}")
        if red > shown_red:
            self.note(f"its header counts {red:,} red and it shows {shown_red:,}")

    def report(self) -> TestReport:
        """Everything that was read."""
        reasons = list(self._reasons)
        if self._more_reasons:
            reasons.append(f"{self._more_reasons:,} more such places")
        if self._dropped:
            kept = "cases" if self.keeps_all else "red cases"
            reasons.append(f"only the first {len(self._cases):,} {kept} were kept; {self._dropped:,} were not")
        return TestReport(tuple(self._cases), self.tally, tuple(reasons))

    def _cut(self, case: TestCase) -> TestCase:
        text = self.limits.text
        if not (case.traceback or case.output or case.attempts or case.attachments):
            short = "".join((case.id, case.name, case.classname, case.message, case.file, *case.suite))
            if len(short) < text and short.isascii() and short.isprintable():
                return case
        return replace(
            case,
            id=plain(case.id)[:text],
            name=plain(case.name)[:text],
            classname=plain(case.classname)[:text],
            file=plain(case.file)[:text],
            message=plain(case.message)[:text].strip(),
            traceback=excerpt(case.traceback, text),
            output=excerpt(case.output, text),
            suite=tuple(plain(name)[:text] for name in case.suite),
            attempts=tuple(
                replace(tried, message=plain(tried.message)[:text].strip(), traceback=excerpt(tried.traceback, text))
                for tried in case.attempts
            ),
            attachments=tuple(plain(name)[:text] for name in case.attachments),
        )


def excerpt(text: str, limit: int) -> str:
    """The beginning and the end of *text* in about *limit* characters, without colours."""
    cut = Excerpt(limit)
    cut.add(text)
    return plain(str(cut))


def joined_id(classname: str, name: str) -> str:
    """The id of a case that is called *name* in *classname*, as in the other formats."""
    return f"{classname}::{name}" if classname and name else classname or name


def titled(*names: str) -> str:
    """The title of a case in suites of these names, as jest, vitest and playwright write it."""
    return " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ".join(filter(None, names))


def first_line(texts: Iterable[str]) -> str:
    """The first line with something on it in the first of *texts* that has one."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    return next((line for line in lines if line), "")
