"""The results of a test run in the two formats that other programs read: CTRF, and JUnit made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import islice

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.outward.workflow import inactive
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Verdict
from agent_ci.core.views.reading import item, items, number, text, whole

_VERSION = "0.0.0"  # of CTRF's specification
_MOST = 5_000  # cases that are listed, the red ones first
_MOST_TRACES = 200
_NAME = 500  # characters
_MESSAGE = 2_000
_TRACE = 4_000
_WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.ERRORED: "failed",
    Status.SKIPPED: "skipped",
}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNTOLD = "left_out"


def shown_report(verdict: Verdict) -> TestReport:
    """What ran last: after the proven change where there is one, else before any."""
    proof = verdict.proof
    return proof.after if proof and proof.after else verdict.evidence.before


def ctrf(report: TestReport, *, tool: str, version: str) -> dict[str, object]:
    """*report* as a document of the Common Test Report Format; *tool* ran the tests, *version* is ours.

    The summary counts every case. At most 5,000 are listed, the red ones first, and ``extra`` says how many were not.
    Times are 0, since a report does not say when it ran; durations are milliseconds. Source: ctrf.io.
    """
    tally = report.tally
    listed = [*islice(_red_first(report.cases), _MOST)]
    rows = [_row(case, has_trace=at < _MOST_TRACES) for at, case in enumerate(listed)]
    extra = {"agent-ci": version, _UNTOLD: tally.total - len(rows), "partial": list(report.partial[:10])}
    return {
        "reportFormat": "CTRF",
        "specVersion": _VERSION,
        "generatedBy": "agent-ci",
        "results": {
            "tool": {"name": tool or "tests"},
            "summary": {
                "tests": tally.total,
                "passed": tally.passed,
                "failed": tally.red,
                "skipped": tally.skipped,
                "pending": 0,
                "other": 0,
                "start": 0,
                "stop": 0,
            },
            "tests": rows,
            "extra": extra,
        },
    }


def junit(document: Mapping[str, object]) -> str:
    """The XML in the form of JUnit of a CTRF *document*; its counts are those of the cases listed there."""
    results = item(document, "results")
    rows = items(results, "tests")
    suite = _attribute(text(item(results, "tool").get("name")))
    red = [row for row in rows if row.get("status") == "failed"]
    errors = sum(1 for row in red if row.get("rawStatus") == Status.ERRORED)
    skipped = sum(1 for row in rows if row.get("status") == "skipped")
    counts = f'tests="{len(rows)}" failures="{len(red) - errors}" errors="{errors}" skipped="{skipped}"'
    seconds = f'time="{sum(_seconds(row) for row in rows):.3f}"'
    left = whole(item(results, "extra").get(_UNTOLD))
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<testsuites name="agent-ci" {counts} {seconds}>',
            f"  <testsuite name={suite} {counts} {seconds}>",
            *(f"    {_testcase(row)}" for row in rows),
            *((f"    <system-out>{left} more cases are not listed here</system-out>",) if left else ()),
            "  </testsuite>",
            "</testsuites>\n",
        )
    )


def _red_first(cases: Iterable[TestCase]) -> Iterator[TestCase]:
    others: list[TestCase] = []
    for case in cases:
        if case.is_red:
            yield case
        elif len(others) < _MOST:
            others.append(case)
    yield from others


def _row(case: TestCase, *, has_trace: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "name": case.id[:_NAME] or "unnamed",
        "status": _WORDS[case.status],
        "duration": round(1000 * (case.seconds or 0)),
        "rawStatus": str(case.status),
    }
    if case.classname:
        row["suite"] = [case.classname[:_NAME]]
    if case.file:
        row["filePath"] = case.file[:_NAME]
    if case.line:
        row["line"] = case.line
    if case.message:
        row["message"] = case.message[:_MESSAGE]
    if case.is_red and has_trace and case.traceback:
        row["trace"] = case.traceback[-_TRACE:]
    return row


def _testcase(row: Mapping[str, object]) -> str:
    names = f"name={_attribute(text(row.get('name')))} classname={_attribute(_classname(row))}"
    place = f" file={_attribute(text(row.get('filePath')))}" if row.get("filePath") else ""
    line = f' line="{whole(row.get("line"))}"' if row.get("line") else ""
    return f'<testcase {names}{place}{line} time="{_seconds(row):.3f}"{_ending(row)}'


def _ending(row: Mapping[str, object]) -> str:
    message = _attribute(text(row.get("message")))
    if row.get("status") == "skipped":
        return f"><skipped message={message}/></testcase>"
    if row.get("status") == "failed":
        kind = "error" if row.get("rawStatus") == Status.ERRORED else "failure"
        return f"><{kind} message={message}>{_content(text(row.get('trace')))}</{kind}></testcase>"
    return "/>"


def _classname(row: Mapping[str, object]) -> str:
    suite = row.get("suite")
    return text(suite[0]) if isinstance(suite, list) and suite else ""


def _seconds(row: Mapping[str, object]) -> float:
    return (number(row.get("duration")) or 0.0) / 1000


def _content(value: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", inactive(cleaned(value).text)))


def _attribute(value: str) -> str:
    """*value* in quotes; line ends stand as references, or a reader would make blanks of them."""
    return f'"{_content(value)}"'.replace("\n", "&#10;").replace("\t", "&#9;")
