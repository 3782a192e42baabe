"""What ``dart test --reporter json`` and ``flutter test --machine`` write: one event a line.

Source: https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from json import JSONDecoder
from urllib.parse import unquote

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id
from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.formats.places import place_in_stack
from agent_ci.core.formats.text_lines import lines
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()
_decode = JSONDecoder(strict=False).raw_decode
_RESULTS = {"success": Status.PASSED, "failure": Status.FAILED, "error": Status.ERRORED}


@dataclass(slots=True)
class _Running:
    about: values.Object
    start: object
    errors: Excerpt
    output: Excerpt
    message: str = ""


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read the events. Raises UnsupportedError where there is none."""
    collected = Collected(keep, limits)
    reader = _Events(collected)
    for line in lines(chunks, collected):
        if line.startswith("{"):
            reader.line(line)
    reader.close()
    return collected.report()


class _Events:
    def __init__(self, collected: Collected) -> None:
        self._collected = collected
        self._suites: dict[object, str] = {}
        self._groups: dict[object, str] = {}
        self._running: dict[object, _Running] = {}
        self._has_seen = False
        self._success: object = None
        self._is_done = False
        self._handlers: dict[str, Callable[[values.Object], None]] = {
            "start": self._start,
            "suite": self._suite,
            "group": self._group,
            "testStart": self._test_start,
            "print": self._print,
            "error": self._error,
            "testDone": self._test_done,
            "done": self._done,
        }

    def line(self, line: str) -> None:
        try:
            event, _ = _decode(line)
        except (ValueError, RecursionError):
            self._collected.note("a line that begins like an event cannot be read")
            return
        kind = values.text(event.get("type")) if isinstance(event, dict) else ""
        handle = self._handlers.get(kind)
        if handle:
            self._has_seen = True
            handle(event)

    def close(self) -> None:
        """No more lines follow."""
        if not self._has_seen:
            raise UnsupportedError("it looks like the JSON of dart test and holds none of its events")
        for running in self._running.values():
            self._collected.note(f"it ends while {values.text(running.about.get('name'))[:200]!r} runs")
        if not self._is_done:
            self._collected.note("it ends before the run does")
        elif self._success is not True and not self._collected.red:
            self._collected.note("it says that the run did not succeed and shows no test that failed")

    def _start(self, _event: values.Object) -> None:
        """The first event says nothing that is needed."""

    def _suite(self, event: values.Object) -> None:
        suite = values.mapping(event.get("suite"))
        self._suites[_key(suite.get("id"))] = values.text(suite.get("path"))

    def _group(self, event: values.Object) -> None:
        group = values.mapping(event.get("group"))
        self._groups[_key(group.get("id"))] = values.text(group.get("name"))

    def _test_start(self, event: values.Object) -> None:
        test, text = values.mapping(event.get("test")), self._collected.limits.text
        self._running[_key(test.get("id"))] = _Running(test, event.get("time"), Excerpt(text), Excerpt(text))

    def _print(self, event: values.Object) -> None:
        if running := self._running.get(_key(event.get("testID"))):
            running.output.add(values.text(event.get("message")) + "\n")

    def _error(self, event: values.Object) -> None:
        running = self._running.get(_key(event.get("testID")))
        if running is None:
            self._collected.note("a test failed after it had ended")
            return
        error = values.text(event.get("error"))
        running.message = running.message or error
        running.errors.add(f"{error}\n{values.text(event.get('stackTrace'))}\n")

    def _test_done(self, event: values.Object) -> None:
        running = self._running.pop(_key(event.get("testID")), None)
        if running is None:
            self._collected.note("a test ends that did not begin")
            return
        status = _RESULTS.get(values.text(event.get("result")), Status.ERRORED)
        if status is Status.PASSED and event.get("skipped") is True:
            status = Status.SKIPPED
        if event.get("hidden") is True and not status.is_red:
            return
        self._collected.add(self._case(running, status, event.get("time")))

    def _done(self, event: values.Object) -> None:
        self._is_done = True
        self._success = event.get("success")

    def _case(self, running: _Running, status: Status, end: object) -> TestCase:
        test, errors, output = running.about, str(running.errors), str(running.output)
        path = self._suites.get(_key(test.get("suiteID")), "")
        name = values.text(test.get("name"))
        groups = test.get("groupIDs") if isinstance(test.get("groupIDs"), list) else []
        names = (self._groups.get(_key(group), "") for group in groups or [])
        begin, over = values.seconds(running.start, per_second=1000), values.seconds(end, per_second=1000)
        file, line = _place(test, errors)
        reason = values.text(values.mapping(test.get("metadata")).get("skipReason"))
        return TestCase(
            id=joined_id(path, name),
            status=status,
            message=(first_line([running.message]) if status.is_red else reason),
            traceback=f"{errors}\n{output}" if status.is_red else "",
            classname=path,
            name=name,
            file=file or path,
            line=line,
            seconds=max(0.0, over - begin) if begin is not None and over is not None else None,
            suite=tuple(filter(None, names)),
            output=output,
        )


def _key(value: object) -> object:
    return value if isinstance(value, int | str) else None


def _place(test: values.Object, errors: str) -> tuple[str, int | None]:
    """Where the failure is, else where the test stands (for a helper's test, where it is called: ``root_line``)."""
    if errors and (place := place_in_stack(errors))[1]:
        return place
    prefix = "root_" if test.get("root_line") else ""
    if test.get(f"{prefix}url") is None:
        return "", values.line(test.get("line"))
    url = values.text(test.get(f"{prefix}url"))
    if not url.startswith("file://"):
        return "", None
    return unquote(url.removeprefix("file://")), values.line(test.get(f"{prefix}line"))
