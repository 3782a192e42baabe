"""What ``go test -json`` writes: one event a line, with text of go test and the compiler's words in between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from json import JSONDecoder
from typing import Any

from agent_ci.core.formats.collected import Collected
from agent_ci.core.formats.go_run import STATUSES, Package, compiler_output
from agent_ci.core.formats.go_text import GoText
from agent_ci.core.formats.json_values import seconds
from agent_ci.core.formats.json_values import text as _text
from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.formats.text_lines import lines
from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()
# Lines of output that repeat what an event of their own says: half of all lines, and skipped unread.
_SAYS_NOTHING = re.compile(
    r'\{("Time":"[^"]*",)?"Action":"output","Package":"[^"]*","Test":"[^"]*","Output":"(=== |--- PASS: )'
)
_decode = JSONDecoder(strict=False).raw_decode


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read what ``go test`` wrote, as events, as text or mixed, in memory that grows with the tests that run at once.

    Raises UnsupportedError where nothing is from there.
    """
    collected = Collected(keep, limits)
    reader = _Events(collected)
    for line in lines(chunks, collected):
        reader.line(line)
    reader.close()
    if not reader.has_seen:
        raise UnsupportedError("it looks like the output of go test and holds no test and no package")
    return collected.report()


class _Events:
    """``cmd/test2json`` documents the events: https://pkg.go.dev/cmd/test2json#hdr-Output_Format."""

    def __init__(self, collected: Collected) -> None:
        self._has_event = False
        self._collected = collected
        self._between = GoText(collected)
        self._packages: dict[str, Package] = {}
        self._built: dict[str, Excerpt] = {}
        self._failed_builds: set[str] = set()

    @property
    def has_seen(self) -> bool:
        """Whether anything was from go."""
        return self._has_event or self._between.has_seen

    def line(self, line: str) -> None:
        if _SAYS_NOTHING.match(line):
            self._has_event = True
        elif (start := line.find("{")) >= 0 and '"Action"' in line:
            self._read(line, start)
        else:
            self._between.line(line.rstrip("\r"))

    def _read(self, line: str, start: int) -> None:
        try:
            event, _ = _decode(line, start)
        except (ValueError, RecursionError):
            self._collected.note("a line that looks like an event cannot be read")
            return
        if isinstance(event, dict) and isinstance(event.get("Action"), str):
            self._has_event = True
            self._event(event, event["Action"])

    def close(self) -> None:
        """No more lines follow."""
        self._between.close()
        for name, package in self._packages.items():
            running = next(iter(package.tests), "")
            self._collected.note(
                f"it ends while {running} runs in {name}" if running else f"it ends before the result of {name}"
            )
            package.tests.clear()
            package.finish(name, failed=False)
        for key in self._failed_builds:
            if not self._collected.red:
                self._collected.note(f"{key} could not be built and no package says so")

    def _event(self, event: dict[str, Any], action: str) -> None:
        name, test = _text(event.get("Package")), _text(event.get("Test"))
        if action == "output":  # by far the most frequent
            (self._packages.get(name) or self._package(name)).said(test, _text(event.get("Output")))
        elif action.startswith("build-"):
            self._build(event, action)
        elif action == "start":
            self._package(name)
        elif action == "run" and test:
            self._package(name).run(test)
        elif action in STATUSES:
            self._end(name, test, event, action)

    def _end(self, name: str, test: str, event: dict[str, Any], action: str) -> None:
        if test:
            self._package(name).end(test, STATUSES[action], seconds(event.get("Elapsed")))
        elif action != "bench":
            self._end_package(name, event, failed=action == "fail")

    def _build(self, event: dict[str, Any], action: str) -> None:
        key = _text(event.get("ImportPath"))
        if action == "build-fail":
            self._failed_builds.add(key)
        else:
            self._built.setdefault(key, Excerpt(self._collected.limits.text)).add(_text(event.get("Output")))

    def _package(self, name: str) -> Package:
        package = self._packages.get(name)
        if package is None:
            package = self._packages[name] = Package(self._collected)
        return package

    def _end_package(self, name: str, event: dict[str, Any], *, failed: bool) -> None:
        key = _text(event.get("FailedBuild"))
        built = str(self._built.pop(key)) if key in self._built else compiler_output(self._built, name)
        package = self._packages.pop(name, None) or Package(self._collected)
        package.finish(name, failed=failed, built=built, reason="build failed" if key or built else "")
