"""What ``go test`` prints, with and without -v: the lines of tests, packages and the compiler."""

from __future__ import annotations

import re

from agent_ci.core.formats.collected import Collected
from agent_ci.core.formats.go_run import STATUSES, Ended, Package, compiler_output
from agent_ci.core.formats.limits import Excerpt

_STEP = re.compile(r"(.*?)=== (RUN|PAUSE|CONT|NAME)\s+(\S+)")
_END = re.compile(
    r"(?P<before>.*?)--- (?P<how>PASS|FAIL|SKIP|BENCH): (?P<test>\S+)"
    r"(?:\s+\((?P<time>\d{1,9}(?:\.\d{1,9})?)\s?s(?:econds)?\))?\s*$"
)
_PACKAGE = re.compile(
    r"(?P<how>ok|FAIL|\?)\s+(?P<package>[^\s\[\]]+)\s+"
    r"(?:(?P<cached>\(cached\))|\d+(?:\.\d+)?s|\[(?P<why>[a-z ]+)\])(?P<rest>.*)$"
)
_COMPILED = re.compile(r"# (\S+(?: \[\S+\])?)\s*$")
_LEAST = 3  # letters of a line that can mean something


class GoText:
    """Reads line by line; a package's name comes after its tests."""

    def __init__(self, collected: Collected) -> None:
        self.has_seen = False
        self._collected = collected
        self._package = Package(collected)
        self._current = ""  # the test that prints
        self._last: Ended | None = None  # whose output may follow, indented
        self._built: dict[str, Excerpt] = {}
        self._compiled: Excerpt | None = None
        self._said = ""  # a bare PASS or FAIL, which ends a test binary's output
        self._is_open = self._is_panicking = False
        self._has_failed = False

    def line(self, line: str) -> None:
        """One line, without its end."""
        if len(line) >= _LEAST and self._marker(line):
            self.has_seen = True
            return
        if self._compiled is not None:
            self._compiled.add(line + "\n")
        elif line in ("PASS", "FAIL"):
            self.has_seen = True
            self._said = line
            self._has_failed |= line == "FAIL"
            self._current = ""
        elif self._last is not None and self._last.output is not None and self._belongs_to_last(line):
            self._last.output.add(line + "\n")
        else:
            self._last = None
            self._package.said(self._current, line + "\n")

    def close(self) -> None:
        """No more lines follow."""
        collected = self._collected
        if self._is_open:
            if not self._said or self._package.tests:
                collected.note("it ends before the result of the package whose tests it shows")
                self._package.tests.clear()
            self._package.finish("", failed=self._said == "FAIL", reason="go test says FAIL")
        for key in (key for key, text in self._built.items() if ".go:" in str(text)):
            collected.note(f"the compiler's words about {key} are followed by no result of that package")
        if self._has_failed and not collected.red:
            collected.note("it says FAIL and shows no test that failed")

    def _belongs_to_last(self, line: str) -> bool:
        """Whether *line* is from the test that has just ended: indented, or of the panic that ended it."""
        if line.startswith(("panic: ", "fatal error: ")):
            self._is_panicking = True
        return self._is_panicking or line[:1] in (" ", "\t")

    def _marker(self, line: str) -> bool:
        if "=== " in line and (step := _STEP.match(line)):
            self._step(step)
        elif "--- " in line and (end := _END.match(line)) and self._may_end(end):
            self._end(end)
        elif line[0] in "oF?" and (package := _PACKAGE.match(line)):
            self._end_package(package)
        elif line[0] == "#" and not self._is_open and (compiled := _COMPILED.match(line)):
            self._compiled = self._built.setdefault(compiled[1], Excerpt(self._collected.limits.text))
        else:
            return self._is_benchmark_or_warning(line)
        return True

    def _is_benchmark_or_warning(self, line: str) -> bool:
        if line.startswith("testing: warning: no tests to run"):
            self._package.has_none_to_run = True
            return True
        if line.startswith("Benchmark"):
            before = self._package.total
            self._package.said("", line + "\n")
            self._is_open |= self._package.total > before
            self._compiled = self._last = None
            return True
        return False

    def _step(self, step: re.Match[str]) -> None:
        before, what, test = step.groups()
        if before:
            self._package.said(self._current, before + "\n")
        self._begin()
        self._current = test if what != "PAUSE" else ""
        if what == "RUN":
            self._package.run(test)

    def _may_end(self, end: re.Match[str]) -> bool:
        # In the middle of a line only behind what a running test printed without an end of line.
        if not end["before"].strip() or end["test"] in self._package.tests:
            return True
        return end["how"] == "FAIL" and bool(end["time"]) and not self._current

    def _end(self, end: re.Match[str]) -> None:
        self._begin()
        if end["before"].strip():
            self._package.said(end["test"], end["before"] + "\n")
        seconds = float(end["time"]) if end["time"] else None
        self._last = self._package.end(end["test"], STATUSES[end["how"].lower()[:5]], seconds)
        self._current = ""

    def _begin(self) -> None:
        self._is_open = True
        self._is_panicking = False
        self._compiled = self._last = None
        self._said = ""

    def _end_package(self, end: re.Match[str]) -> None:
        name, has_failed = end["package"], end["how"] == "FAIL"
        is_silent = "no test" in f"{end['why']}{end['rest']}" or self._package.has_none_to_run
        if end["how"] == "ok" and not self._package.total and not self._package.tests and not is_silent:
            self._collected.note("passing tests are not listed, because go test was run without -v")
        built = compiler_output(self._built, name)
        self._built = {key: text for key, text in self._built.items() if not compiler_output({key: text}, name)}
        package = Package(self._collected) if end["why"] and not self._is_open else self._package
        package.finish(name, failed=has_failed, built=built, reason=end["why"] or "")
        self._has_failed |= has_failed
        self._package = Package(self._collected)
        self._compiled = self._last = None
        self._said = self._current = ""
        self._is_open = False
