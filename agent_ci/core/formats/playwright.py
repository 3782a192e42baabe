"""What playwright's JSON reporter writes: https://playwright.dev/docs/test-reporters#json-reporter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id, titled
from agent_ci.core.report import Attempted, Status, TestCase

_STATUSES = {
    "expected": Status.PASSED,
    "flaky": Status.PASSED,
    "unexpected": Status.FAILED,
    "skipped": Status.SKIPPED,
}
_DEEPEST = 100  # suites in suites


def read(document: Any, collected: Collected) -> None:
    """Add the tests of *document*: each spec once for each project that it ran in."""
    before = collected.tally
    for spec, suite in _specs(document, (), collected):
        red = collected.red
        for test in values.objects(spec.get("tests")):
            _add(spec, suite, test, collected)
        if spec.get("ok") is False and collected.red == red:
            collected.note(f"the spec {values.text(spec.get('title'))[:200]!r} is not ok and shows no test that failed")
    for error in values.objects(document.get("errors")):
        collected.add(_outside(error))
    stats = values.mapping(document.get("stats"))
    total = sum(values.count(stats.get(key)) for key in _STATUSES)
    collected.compare(before, total=total, red=values.count(stats.get("unexpected")))


def _specs(
    suite: values.Object, path: tuple[str, ...], collected: Collected
) -> Iterator[tuple[values.Object, tuple[str, ...]]]:
    if len(path) > _DEEPEST:
        collected.note("its suites are nested too deeply")
        return
    if "tests" in suite:
        collected.note("a suite holds tests that belong to no spec")
    for spec in values.objects(suite.get("specs")):
        yield spec, path
    for inner in values.objects(suite.get("suites")):
        yield from _specs(inner, (*path, values.text(inner.get("title"))), collected)


def _add(spec: values.Object, suite: tuple[str, ...], test: values.Object, collected: Collected) -> None:
    status = _STATUSES.get(values.text(test.get("status")))
    results = [*values.objects(test.get("results"))]
    if status is None:
        collected.note(f"the test {values.text(spec.get('title'))[:200]!r} has no status that playwright knows")
        return
    if status is Status.FAILED and results and results[-1].get("status") == "interrupted":
        status = Status.ERRORED
    file = values.text(spec.get("file"))
    project = values.text(test.get("projectName"))
    # The outermost suite of a file is called like the file.
    titles = tuple(title for title in suite if title and title != file)
    name = titled(*titles, values.text(spec.get("title"))) + (f" [{project}]" if project else "")
    last = results[-1] if results else {}
    error = _error(last)
    collected.add(
        TestCase(
            id=joined_id(file, name),
            status=status,
            message=first_line([error]) if status.is_red else "",
            traceback=error if status.is_red else "",
            classname=file,
            name=name,
            file=file,
            line=values.line(spec.get("line")),
            seconds=values.seconds(last.get("duration"), per_second=1000),
            suite=suite,
            attempts=tuple(_attempts(results[:-1])),
            output="".join(_printed(last)),
            attachments=tuple(values.text(item.get("name")) for item in values.objects(last.get("attachments"))),
        )
    )


def _attempts(results: list[values.Object]) -> Iterator[Attempted]:
    for result in results:
        how = {"passed": Status.PASSED, "skipped": Status.SKIPPED}.get(values.text(result.get("status")), Status.FAILED)
        error = _error(result)
        yield Attempted(how, first_line([error]), error)


def _error(result: values.Object) -> str:
    errors = [*values.objects(result.get("errors"))] or [values.mapping(result.get("error"))]
    return "\n\n".join(filter(None, map(_of_error, errors)))


def _of_error(error: values.Object) -> str:
    message, stack = values.text(error.get("message")), values.text(error.get("stack"))
    return stack if message and message in stack else "\n".join(filter(None, (message, stack)))


def _printed(result: values.Object) -> Iterator[str]:
    for stream in ("stdout", "stderr"):
        for piece in values.objects(result.get(stream)):
            yield values.text(piece.get("text"))


def _outside(error: values.Object) -> TestCase:
    text = _of_error(error)
    place = values.mapping(error.get("location"))
    return TestCase(
        id="(playwright)",
        status=Status.ERRORED,
        message=first_line([text]) or "an error outside of every test",
        traceback=text,
        file=values.text(place.get("file")),
        line=values.line(place.get("line")),
    )
