"""What mocha's JSON reporter writes: https://mochajs.org/#json."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id
from agent_ci.core.formats.places import place_in_stack
from agent_ci.core.report import Status, TestCase


def read(document: Any, collected: Collected) -> None:
    """Add the tests of *document*, and each hook that failed as an errored case."""
    before = collected.tally
    failures = Counter(map(_key, values.objects(document.get("failures"))))
    pending = Counter(map(_key, values.objects(document.get("pending"))))
    lists = [document.get("tests")]
    if not isinstance(lists[0], list):
        lists = [document.get(name) for name in ("passes", "pending", "failures")]
    tests = Counter[tuple[str, str]]()
    for test in chain.from_iterable(map(values.objects, lists)):
        key = _key(test)
        tests[key] += 1
        status = Status.FAILED if failures[key] > 0 or values.mapping(test.get("err")) else Status.PASSED
        if status is Status.PASSED and pending[key] > 0:
            pending[key] -= 1
            status = Status.SKIPPED
        collected.add(_case(test, status))
    for failure in values.objects(document.get("failures")):
        key = _key(failure)
        tests[key] -= 1
        if tests[key] < 0:
            collected.add(_case(failure, Status.ERRORED))
    stats = values.mapping(document.get("stats"))
    collected.compare(before, total=values.count(stats.get("tests")), red=values.count(stats.get("failures")))


def _key(test: values.Object) -> tuple[str, str]:
    return values.text(test.get("file")), values.text(test.get("fullTitle"))


def _case(test: values.Object, status: Status) -> TestCase:
    file, name = _key(test)
    title = values.text(test.get("title"))
    error = values.mapping(test.get("err"))
    stack = values.text(error.get("stack"))
    message = values.text(error.get("message"))
    suite = name.removesuffix(title).strip()
    return TestCase(
        id=joined_id(file, name or title),
        status=status,
        message=message or first_line([stack]),
        traceback=stack or message,
        classname=file,
        name=name or title,
        file=file,
        line=_line(file, stack),
        seconds=values.seconds(test.get("duration"), per_second=1000),
        suite=(suite,) if suite else (),
    )


def _line(file: str, stack: str) -> int | None:
    place, line = place_in_stack(stack)
    return line if place and file.endswith(place.removeprefix("./")) else None
