"""What the elements of a JUnit report mean: start, text and end events in, a TestReport out."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import NamedTuple

from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.junit.numbers import count, line_number, seconds
from agent_ci.core.junit.report_format import name_of_root
from agent_ci.core.report import Status, Tally, TestCase, TestReport
from agent_ci.errors import UnsupportedError


class _Result(NamedTuple):
    status: Status
    attributes: dict[str, str]
    text: Excerpt


class _Suite(NamedTuple):
    """An open suite: what its header counts, and what had been seen when it was opened."""

    name: str
    declared_run: int
    declared_red: int
    cases: int
    red: int


# Element names differ between producers in this much only; the flaky and rerun ones are Maven Surefire's:
# https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html
_RESULTS = {"failure": Status.FAILED, "error": Status.ERRORED, "skipped": Status.SKIPPED}
_RERUN = frozenset({"rerunFailure", "rerunError"})
_FLAKY = frozenset({"flakyFailure", "flakyError"})
_OPAQUE = frozenset({"properties", "system-out", "system-err", "system-output"})
# GoogleTest and others say it with an attribute: https://google.github.io/googletest/advanced.html
_BY_ATTRIBUTE = {
    **dict.fromkeys(("notrun", "disabled", "skipped", "ignored", "suppressed"), Status.SKIPPED),
    **dict.fromkeys(("fail", "failed", "failure"), Status.FAILED),
    **dict.fromkeys(("error", "errored"), Status.ERRORED),
}
_SEVERITY = {Status.PASSED: 0, Status.SKIPPED: 1, Status.FAILED: 2, Status.ERRORED: 3}


def _ignore(wanted: bool) -> None:  # noqa: FBT001 -- the shape of ``CaseReader.listen``
    """Stands for a source of events that does not care whether text is wanted."""


class CaseReader:
    """Counts the cases of one report, and holds the wanted ones, while its elements go by.

    ``listen`` is called with whether the text that follows is wanted; sources of events set it to avoid work.
    """

    __slots__ = (
        *("_case", "_cases", "_counts", "_damage", "_dropped", "_explained", "_inside", "_keep_all"),
        *("_limits", "_lost", "_passed", "_results", "_strange", "_suites", "_text", "_zero_based"),
        *("has_root", "listen"),
    )

    def __init__(self, keep: Keep, limits: Limits) -> None:
        self.listen: Callable[[bool], None] = _ignore
        self.has_root = False
        self._keep_all = keep is Keep.ALL
        self._limits = limits
        self._cases: list[TestCase] = []
        self._passed = 0
        self._counts = dict.fromkeys(Status, 0)
        self._case: dict[str, str] | None = None
        self._results: list[_Result] = []
        self._text: Excerpt | None = None
        self._inside = 0
        self._suites: list[_Suite] = []
        self._explained = 0  # red, flaky and rerun results, plus the failures reported as not shown
        self._dropped = self._lost = 0
        self._strange = ""
        self._zero_based = False
        self._damage: list[str] = []

    # The next two run once per element, a million times and more: the frequent cases come first.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. Raises UnsupportedError where the first one is no JUnit root."""
        if self._inside:
            self._inside += 1
        elif name == "testcase":
            if self._case is not None:
                self._close_case()
            self._case = attributes
            self.has_root = True
        else:
            self._open(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._inside:
            self._inside -= 1
            if not self._inside:
                self._close_inner()
        elif name == "testcase":
            if self._case is not None:
                self._close_case()
        elif ":" in name:
            self.end(name.rpartition(":")[2])
        elif name in ("testsuite", "testsuites") and self._suites:
            self._close_suite()

    def text(self, data: str) -> None:
        """Characters of the element that is open."""
        if self._text is not None:
            self._text.add(data)

    def cut_short(self, reason: str) -> None:
        """The events stop in the middle; an open case counts only where it is red."""
        self.note(reason)
        if self._case is not None and any(result.status.is_red for result in self._results):
            self._close_case()
        self._case = self._text = None
        self._results = []
        self._inside = 0
        self.listen(False)  # noqa: FBT003 -- a switch with two positions

    def note(self, reason: str) -> None:
        """Say that, because of *reason*, something may be missing."""
        self._damage.append(reason)

    def report(self) -> TestReport:
        """Everything that was read. Raises UnsupportedError where it was no JUnit after all."""
        tally = self._tally()
        if self._strange and not tally.total:
            raise UnsupportedError(
                f"this is not a JUnit report: it holds <{self._strange}> where <testcase> is expected"
            )
        return TestReport(tuple(self._cases), tally, tuple(self._reasons()))

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            self.start(name.rpartition(":")[2], attributes)
        elif name in ("testsuite", "testsuites"):
            self._open_suite(name, attributes)
        elif not self.has_root:
            raise UnsupportedError(f"this is not a JUnit report: it is {name_of_root(name)}")
        elif name in _RESULTS:
            self._open_result(name, attributes)
        elif name in _OPAQUE or name in _FLAKY or name in _RERUN:
            self._open_aside(name, attributes)
        else:
            self._strange = self._strange or name

    def _open_suite(self, name: str, attributes: dict[str, str]) -> None:
        self.has_root = True
        if name == "testsuite":
            # pytest's xunit1 family counts lines from 0 (its own suite name tells it from other producers).
            self._zero_based = attributes.get("name") == "pytest"
        counts = {key: count(attributes.get(key)) for key in _HEADER}
        run = counts["tests"] - counts["skipped"] - counts["disabled"]
        red = counts["failures"] + counts["errors"]
        self._suites.append(
            _Suite(attributes.get("name", ""), run, red, self._tally().total + self._lost, self._explained)
        )

    def _close_suite(self) -> None:
        suite = self._suites.pop()
        hidden = suite.declared_red - (self._explained - suite.red)
        if hidden > 0:
            self._damage.append(
                f"suite {suite.name[:200]!r} counts {suite.declared_red} red in its header and shows "
                f"{suite.declared_red - hidden} in its cases"
            )
            self._explained += hidden
        if suite.declared_run > 0 and self._tally().total + self._lost == suite.cases:
            self._lost += suite.declared_run

    def _open_result(self, name: str, attributes: dict[str, str]) -> None:
        if self._case is None:
            if name == "skipped":
                self._inside = 1
                return
            # A failure of the suite itself belongs to no case, and must not vanish for that.
            suite = self._suites[-1].name if self._suites else ""
            self._case = {"name": suite or "(test suite)", _SUITE_LEVEL: ""}
        result = _Result(_RESULTS[name], attributes, Excerpt(self._limits.text))
        self._results.append(result)
        self._inside = 1
        self._explained += result.status.is_red
        if result.status.is_red or self._keep_all:
            self._text = result.text
            self.listen(True)  # noqa: FBT003 -- a switch with two positions

    def _open_aside(self, name: str, attributes: dict[str, str]) -> None:
        self._inside = 1
        if self._case is None or name in _OPAQUE:
            return
        self._explained += 1
        if name in _RERUN:
            # Surefire writes these only below a case that failed to the end.
            self._case = {"message": attributes.get("message", ""), **self._case, "status": "failed"}

    def _close_inner(self) -> None:
        if self._text is not None:
            self._text = None
            self.listen(False)  # noqa: FBT003 -- a switch with two positions
        if self._case is not None and _SUITE_LEVEL in self._case:
            self._close_case()

    def _close_case(self) -> None:
        attributes = self._case or {}
        self._case = None
        if not self._results and "status" not in attributes and "result" not in attributes:
            self._passed += 1
            if self._keep_all:
                self._hold(attributes, Status.PASSED, [])
            return
        results, self._results = self._results, []
        status = _worst(attributes, results)
        self._counts[status] += 1
        if status.is_red and not results:
            self._explained += 1
        if self._keep_all or status.is_red:
            self._hold(attributes, status, results)

    def _hold(self, attributes: dict[str, str], status: Status, results: list[_Result]) -> None:
        if len(self._cases) >= (self._limits.cases if self._keep_all else self._limits.red):
            self._dropped += 1
            return
        classname = intern(attributes.get("classname") or attributes.get("class") or "")
        name = attributes.get("name") or ""
        case = TestCase(
            id=f"{classname}::{name}" if classname and name else classname or name,
            status=status,
            message="" if status is Status.PASSED else _message(attributes, status, results)[: self._limits.text],
            traceback=_traceback(results) if results else "",
            classname=classname,
            name=name,
            file=intern(attributes.get("file") or ""),
            line=line_number(attributes.get("line"), zero_based=self._zero_based),
            seconds=seconds(attributes.get("time")),
        )
        self._cases.append(case)

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
        if self._lost:
            reasons.append(f"the headers count {self._lost} tests in suites that hold no case")
        if self._dropped:
            kept = "cases" if self._keep_all else "red cases"
            reasons.append(f"only the first {len(self._cases):,} {kept} were kept; {self._dropped:,} were not")
        return reasons


_HEADER = ("tests", "skipped", "disabled", "failures", "errors")
_SUITE_LEVEL = "suite level"  # no attribute of an XML element can have a blank in its name
_MAX_REASONS = 5


def _worst(attributes: dict[str, str], results: list[_Result]) -> Status:
    """The worst that a case's results and its attributes say."""
    said = (_BY_ATTRIBUTE.get(attributes.get(key, "").lower()) for key in ("status", "result"))
    statuses = (*(result.status for result in results), *filter(None, said))
    return max(statuses, key=_SEVERITY.__getitem__, default=Status.PASSED)


def _message(attributes: dict[str, str], status: Status, results: list[_Result]) -> str:
    """The first message there is, else the first line of a body, else the type of what was thrown."""
    told = [result for result in results if result.status is status]
    candidates = (
        *(result.attributes.get("message", "") for result in told),
        *(str(result.text).partition("\n")[0] for result in told),
        *(result.attributes.get("type", "") for result in told),
        attributes.get("message", ""),
    )
    return next((text.strip() for text in candidates if text.strip()), "")


def _traceback(results: list[_Result]) -> str:
    return "\n\n".join(filter(None, (str(result.text) for result in results if result.status.is_red)))
