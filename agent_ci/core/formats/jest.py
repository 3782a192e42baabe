"""What ``jest --json`` and ``vitest --reporter=json`` write: https://jestjs.io/docs/cli#--json."""

from __future__ import annotations

import re
from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id, titled
from agent_ci.core.formats.places import place_in_stack
from agent_ci.core.report import Attempted, Status, TestCase

_HEADING = re.compile(r"^\s*\u25cf.*$", re.MULTILINE)
_STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    **dict.fromkeys(("pending", "skipped", "todo", "disabled"), Status.SKIPPED),
}


def read(document: Any, collected: Collected) -> None:
    """Add the cases of *document*; a file that could not run is one errored case."""
    before = collected.tally
    for file in values.objects(document["testResults"]):
        _read_file(file, collected)
    failed = values.count(document.get("numFailedTests")) + values.count(document.get("numRuntimeErrorTestSuites"))
    collected.compare(before, total=values.count(document.get("numTotalTests")), red=failed)
    if document.get("success") is False and collected.red == before.red:
        collected.note("it says that the run did not succeed and shows no test that failed")
    if document.get("wasInterrupted") is True:
        collected.note("the run was interrupted")


def _read_file(file: values.Object, collected: Collected) -> None:
    path = values.text(file.get("name"))
    before = collected.red
    for result in values.objects(file.get("assertionResults")):
        status = _STATUSES.get(values.text(result.get("status")))
        if status is None:
            collected.note(f"a test of {path or 'a file'} has no status that jest knows")
        else:
            collected.add(_case(path, result, status))
    if file.get("status") == "failed" and collected.red == before:
        collected.add(_broken_file(path, values.text(file.get("message"))))


def _case(path: str, result: values.Object, status: Status) -> TestCase:
    suite, title = values.texts(result.get("ancestorTitles")), values.text(result.get("title"))
    name = titled(*suite, title) or values.text(result.get("fullName"))
    failures = values.texts(result.get("failureMessages"))
    line = place_in_stack("\n".join(failures))[1]
    return TestCase(
        id=joined_id(path, name),
        status=status,
        message=first_line(failures),
        traceback="\n\n".join(failures),
        classname=path,
        name=name,
        file=path,
        line=values.line(values.mapping(result.get("location")).get("line")) or line,
        seconds=values.seconds(result.get("duration"), per_second=1000),
        suite=suite,
        attempts=tuple(
            Attempted(Status.FAILED, first_line([reason]), reason)
            for reason in values.texts(result.get("retryReasons"))
        ),
    )


def _broken_file(path: str, message: str) -> TestCase:
    place = place_in_stack(message)
    return TestCase(
        id=path or "(test file)",
        status=Status.ERRORED,
        message=first_line([_HEADING.sub("", message)]) or "the file failed and none of its tests did",
        traceback=message,
        classname=path,
        file=path,
        line=place[1] if place[0] and place[0] in path else None,
    )
