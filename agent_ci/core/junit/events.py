"""What the elements of a JUnit report mean: start, text and end events in, a TestReport out."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from sys import intern
from typing import NamedTuple

from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.junit.numbers import count, line_number, seconds
from agent_ci.core.report import Attempted, Status, TestCase, TestReport
from agent_ci.core.xml.keeper import MOST_BESIDE, SEVERITY, Keeper, deeper, short
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
    around: tuple[str, ...]  # the names of the suites that it is in


# The last one is what Eclipse exports.
ROOTS = frozenset({"testsuites", "testsuite", "testcase", "testrun"})
_SUITES = frozenset({"testsuites", "testsuite", "testrun"})
# Element names differ between producers in this much only; the flaky and rerun ones are Maven Surefire's:
# https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html
_RESULTS = {"failure": Status.FAILED, "error": Status.ERRORED, "skipped": Status.SKIPPED}
_RERUN = {"rerunFailure": Status.FAILED, "rerunError": Status.ERRORED}
_FLAKY = {"flakyFailure": Status.FAILED, "flakyError": Status.ERRORED}
_TRIES = {**_RERUN, **_FLAKY}
_OUTPUT = frozenset({"system-out", "system-err", "system-output"})
# GoogleTest and others say it with an attribute: https://google.github.io/googletest/advanced.html
_BY_ATTRIBUTE = {
    **dict.fromkeys(("notrun", "disabled", "skipped", "ignored", "suppressed"), Status.SKIPPED),
    **dict.fromkeys(("fail", "failed", "failure"), Status.FAILED),
    **dict.fromkeys(("error", "errored"), Status.ERRORED),
}
# https://kohsuke.org/2012/03/13/attaching-files-to-junit-tests/
_ATTACHMENT = re.compile(r"\[\[ATTACHMENT\|([^\]|\n]{1,1000})[^\]\n]{0,1000}\]\]")


class CaseReader(Keeper):
    """Counts the cases of one report, and holds the wanted ones, while its elements go by."""

    __slots__ = (
        *(
            "_case",
            "_explained",
            "_heard",
            "_inside",
            "_lost",
            "_output",
            "_path",
            "_properties",
            "_results",
            "_strange",
        ),
        *("_suites", "_tries", "_zero_based"),
    )

    def __init__(self, keep: Keep, limits: Limits) -> None:
        super().__init__(keep, limits)
        self._case: dict[str, str] | None = None
        self._results: list[_Result] = []
        self._tries: list[_Result] = []
        self._output: deque[str] = deque(maxlen=_PIECES)
        self._properties: list[tuple[str, str]] = []
        self._heard: Callable[[str], None] | None = None
        self._inside = 0
        self._path: tuple[str, ...] = ()
        self._suites: list[_Suite] = []
        self._explained = 0  # red, flaky and rerun results, plus the failures reported as not shown
        self._lost = 0
        self._strange = ""
        self._zero_based = False

    # The next two run once per element, a million times and more: the frequent cases come first.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._inside:
            self._inside += 1
            if name == "property" and self._case is not None and self._heard is None:
                self._add_property(attributes)
        elif name == "testcase":
            if self._case is not None:
                self._close_case()
            self._case = attributes
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
        elif name in _SUITES and self._suites:
            self._close_suite()

    def text(self, data: str) -> None:
        """Characters of the element that is open."""
        if self._heard is not None:
            self._heard(data)

    def cut_short(self, reason: str) -> None:
        """The events stop in the middle; an open case counts only where it is red."""
        self.note(reason)
        if self._case is not None and any(result.status.is_red for result in self._results):
            self._close_case()
        self._forget()
        self._inside = 0
        self._suites.clear()
        self._path = ()
        self._hear(None)

    def means(self, name: str) -> bool:
        """Whether an element *name* can be, or group, a case or a result."""
        return name in ROOTS or name in _RESULTS or name in _TRIES

    def report(self) -> TestReport:
        """Everything that was read. Raises UnsupportedError where it was no JUnit after all."""
        if self._strange and not self._tally().total:
            raise UnsupportedError(
                f"this is not a JUnit report: it holds <{self._strange}> where <testcase> is expected"
            )
        if self._lost:
            self.note(f"the headers count {self._lost} tests in suites that hold no case")
        return super().report()

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            self.start(name.rpartition(":")[2], attributes)
        elif name in _SUITES:
            self._open_suite(name, attributes)
        elif name in _RESULTS:
            self._open_result(name, attributes)
        elif name in _OUTPUT:
            self._open_output()
        elif name in _TRIES:
            self._open_try(name, attributes)
        elif name == "properties":
            self._inside = 1
        else:
            self._strange = self._strange or name

    def _open_suite(self, name: str, attributes: dict[str, str]) -> None:
        if name == "testsuite":
            # pytest's xunit1 family counts lines from 0 (its own suite name tells it from other producers).
            self._zero_based = attributes.get("name") == "pytest"
        counts = {key: count(attributes.get(key)) for key in _HEADER}
        run = counts["tests"] - counts["skipped"] - counts["disabled"]
        red = counts["failures"] + counts["errors"]
        name = attributes.get("name", "")
        self._suites.append(_Suite(name, run, red, self._tally().total + self._lost, self._explained, self._path))
        self._path = deeper(self._path, name)

    def _close_suite(self) -> None:
        suite = self._suites.pop()
        self._path = suite.around
        hidden = suite.declared_red - (self._explained - suite.red)
        if hidden > 0:
            self.note(
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
            self._hear(result.text.add)

    def _open_output(self) -> None:
        self._inside = 1
        if self._case is not None:
            self._hear(self._output.append)

    def _open_try(self, name: str, attributes: dict[str, str]) -> None:
        self._inside = 1
        if self._case is None:
            return
        self._explained += 1
        result = _Result(_TRIES[name], attributes, Excerpt(self._limits.text))
        self._tries.append(result)
        self._hear(result.text.add)
        if name in _RERUN:
            # Surefire writes these only below a case that failed to the end.
            self._case = {"message": attributes.get("message", ""), **self._case, "status": "failed"}

    def _add_property(self, attributes: dict[str, str]) -> None:
        if len(self._properties) < MOST_BESIDE:
            self._properties.append((short(attributes.get("name", "")), short(attributes.get("value", ""))))

    def _hear(self, heard: Callable[[str], None] | None) -> None:
        self._heard = heard
        self.listen(heard)

    def _close_inner(self) -> None:
        if self._heard is not None:
            self._hear(None)
        if self._case is not None and _SUITE_LEVEL in self._case:
            self._close_case()

    def _close_case(self) -> None:
        attributes = self._case or {}
        if not self._results and "status" not in attributes and "result" not in attributes:
            self._passed += 1
            if self._keep_all:
                self._hold(attributes, Status.PASSED)
        else:
            status = _worst(attributes, self._results)
            self._counts[status] += 1
            if status.is_red and not self._results:
                self._explained += 1
            if self._keep_all or status.is_red:
                self._hold(attributes, status)
        self._forget()

    def _forget(self) -> None:
        self._case = None
        if self._output:
            self._output.clear()
        if self._results:
            self._results = []
        if self._tries:
            self._tries = []
        if self._properties:
            self._properties = []

    def _hold(self, attributes: dict[str, str], status: Status) -> None:
        if not self._has_room():
            return
        classname = intern(attributes.get("classname") or attributes.get("class") or "")
        name = attributes.get("name") or ""
        results = self._results
        output = self._said() if self._output else ""
        self._cases.append(
            TestCase(
                id=f"{classname}::{name}" if classname and name else classname or name,
                status=status,
                message="" if status is Status.PASSED else _message(attributes, status, results)[: self._limits.text],
                traceback=_traceback(results) if results else "",
                classname=classname,
                name=name,
                file=intern(attributes.get("file") or ""),
                line=line_number(attributes.get("line"), zero_based=self._zero_based),
                seconds=seconds(attributes.get("time")),
                suite=self._path,
                attempts=tuple(map(_attempted, self._tries)) if self._tries else (),
                # What a case that passed at once has printed is of no use, and there can be a million of them.
                output=output if status.is_red or self._tries else "",
                attachments=_attachments(output) if output else (),
                properties=tuple(self._properties) if self._properties else (),
            )
        )

    def _said(self) -> str:
        """What the case has printed."""
        output = Excerpt(self._limits.text)
        for piece in self._output:
            output.add(piece)
        return str(output)


# The last pieces of an output that are held while it is read; expat's are of 8 KiB. Adding them up is left to the few
# cases of which they are wanted, since there can be a million others.
_PIECES = 8
_HEADER = ("tests", "skipped", "disabled", "failures", "errors")
_SUITE_LEVEL = "suite level"  # no attribute of an XML element can have a blank in its name


def _worst(attributes: dict[str, str], results: list[_Result]) -> Status:
    """The worst that a case's results and its attributes say."""
    said = (_BY_ATTRIBUTE.get(attributes.get(key, "").lower()) for key in ("status", "result"))
    statuses = (*(result.status for result in results), *filter(None, said))
    return max(statuses, key=SEVERITY.__getitem__, default=Status.PASSED)


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


def _attempted(tried: _Result) -> Attempted:
    return Attempted(tried.status, _message({}, tried.status, [tried]), str(tried.text))


def _attachments(output: str) -> tuple[str, ...]:
    return tuple(found.strip() for found in _ATTACHMENT.findall(output)[:MOST_BESIDE])
