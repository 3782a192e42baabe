"""The Common Test Report Format: https://ctrf.io/docs/specification/overview."""

from __future__ import annotations

from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id, titled
from agent_ci.core.report import Attempted, Status, TestCase

_STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    **dict.fromkeys(("skipped", "pending", "other"), Status.SKIPPED),
}


def read(document: Any, collected: Collected) -> None:
    """Add the tests of *document*."""
    results = values.mapping(document["results"])
    before = collected.tally
    for test in values.objects(results["tests"]):
        status = _STATUSES.get(values.text(test.get("status")))
        if status is None or test.get("status") == "other":
            collected.note(f"the test {values.text(test.get('name'))[:200]!r} ended in a way that CTRF does not name")
        if status is not None:
            collected.add(_case(test, status))
    summary = values.mapping(results.get("summary"))
    collected.compare(before, total=values.count(summary.get("tests")), red=values.count(summary.get("failed")))


def _case(test: values.Object, status: Status) -> TestCase:
    file, name = values.text(test.get("filePath")), values.text(test.get("name"))
    suite = values.texts(test.get("suite"))
    title = titled(*suite, name)
    message = values.text(test.get("message"))
    trace = values.text(test.get("trace"))
    return TestCase(
        id=joined_id(file, title),
        status=status,
        message=message or first_line([trace]),
        traceback=trace or (message if status.is_red else ""),
        classname=file,
        name=title,
        file=file,
        line=values.line(test.get("line")),
        seconds=values.seconds(test.get("duration"), per_second=1000),
        suite=suite,
        attempts=_attempts(test, status),
        output="\n".join((*values.texts(test.get("stdout")), *values.texts(test.get("stderr")))),
        attachments=tuple(values.text(item.get("name")) for item in values.objects(test.get("attachments"))),
    )


def _attempts(test: values.Object, status: Status) -> tuple[Attempted, ...]:
    """The earlier tries; some producers list the last one among them, too."""
    tries = [
        Attempted(
            _STATUSES.get(values.text(tried.get("status")), Status.ERRORED),
            values.text(tried.get("message")),
            values.text(tried.get("trace")),
        )
        for tried in values.objects(test.get("retryAttempts"))
    ]
    has_last = tries and tries[-1].status is status and len(tries) > values.count(test.get("retries"))
    return tuple(tries[:-1] if has_last else tries)
