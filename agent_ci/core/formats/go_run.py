"""What the packages and tests of one run of ``go test`` amount to, whichever way it was written down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from agent_ci.core.formats.collected import Collected, first_line, joined_id
from agent_ci.core.formats.limits import Excerpt
from agent_ci.core.report import Status, TestCase

STATUSES = {"pass": Status.PASSED, "bench": Status.PASSED, "fail": Status.FAILED, "skip": Status.SKIPPED}

_BENCHMARK = re.compile(r"(Benchmark\S*?)(?:-\d+)?\s+\d+\s+[\d.]+(?:e[+-]?\d+)? \S")
_SAID = re.compile(r"^[ \t]+(?:.*[/\\])?(?P<file>[^\s:/\\]+\.go):(?P<line>\d+):[ \t]*(?P<text>.*)$", re.MULTILINE)
_PANIC = re.compile(r"^[ \t]*((?:panic|fatal error): .*)$", re.MULTILINE)
_RACE = re.compile(r"^[ \t]*WARNING: (DATA RACE)\s*$", re.MULTILINE)
_FRAME = re.compile(r"^[ \t]+(?P<file>\S+\.go):(?P<line>\d+)(?: \+0x[0-9a-f]+)?\s*$", re.MULTILINE)
_COMPILER = re.compile(r"^(?P<file>[^\s:]+\.go):(?P<line>\d+):(?:\d+:)?[ \t]*(?P<text>.*)$", re.MULTILINE)
_NOT_OURS = re.compile(r"/src/(runtime|testing|internal)/|_testmain\.go$")
_LAST_WORD = re.compile(r"--- (?P<how>PASS|FAIL|SKIP): (?P<test>\S+) \(\d+\.\d+s\)\s*\Z")
_MARKER = re.compile(r"^[ \t]*(=== (RUN|PAUSE|CONT|NAME)\b|--- (PASS|FAIL|SKIP|BENCH): ).*\n?", re.MULTILINE)
_MOST_STRAYS = 1_000
_MOST_LINES = 20  # of one message


@dataclass(slots=True)
class Ended:
    """A test that has ended, in a package whose name may not be known yet; output may still follow."""

    name: str
    status: Status
    seconds: float | None
    output: Excerpt | None = None
    unfinished: bool = False


@dataclass(slots=True)
class Package:
    """One package while its tests run. ``tests`` are those that run; the texts are bounded by ``collected``."""

    collected: Collected
    output: Excerpt = field(init=False)
    tests: dict[str, Excerpt] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)
    benchmarks: set[str] = field(default_factory=set)
    counts: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    has_none_to_run: bool = False
    _strays: dict[str, Excerpt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.output = Excerpt(self.collected.limits.text)

    @property
    def total(self) -> int:
        """The number of tests that have ended."""
        return sum(self.counts.values())

    def run(self, test: str) -> None:
        """*test* begins."""
        self.tests[test] = Excerpt(self.collected.limits.text)

    def said(self, test: str, text: str) -> None:
        """*test*, or with no name the package, printed *text*."""
        place = (self.tests.get(test) or self._stray(test)) if test else self.output
        place.add(text)
        if text.startswith("Benchmark") and (found := _BENCHMARK.match(text)):
            self._benchmark(found[1])

    def end(self, test: str, status: Status, seconds: float | None, *, unfinished: bool = False) -> Ended:
        """*test* ended; what is returned may still get output."""
        output = self.tests.pop(test, None) or self._strays.pop(test, None)
        self.counts[status] += 1
        is_held = self.collected.holds(status) and len(self.ended) < self.collected.room
        ended = Ended(test, status, seconds, output if is_held else None, unfinished)
        if is_held:
            if ended.output is None:
                ended.output = Excerpt(self.collected.limits.text)
            self.ended.append(ended)
        if test.startswith("Benchmark"):
            self.benchmarks.add(test)
        return ended

    def finish(self, name: str, *, failed: bool, built: str = "", reason: str = "") -> None:
        """Hand over the cases of the package *name*, which ended; *built* is what its compiler said."""
        for test in tuple(self.tests):
            self._end_without_word(test, name, failed=failed)
        red = self.counts[Status.FAILED] + self.counts[Status.ERRORED]
        held = dict.fromkeys(Status, 0)
        for ended in self.ended:
            held[ended.status] += 1
            self.collected.add(_of_test(name, ended))
        for status in Status:
            self.collected.count(status, self.counts[status] - held[status])
        if failed and not red:
            self.collected.add(_of_package(name, built or str(self.output), reason or "the package failed"))

    def _end_without_word(self, test: str, name: str, *, failed: bool) -> None:
        # Until Go 1.20, a test that printed no end of line ended inside of what it printed, and no event said so.
        if (word := _LAST_WORD.search(str(self.tests[test]))) and word["test"] == test:
            self.end(test, STATUSES[word["how"].lower()], None)
            return
        if not failed:
            self.collected.note(f"{test} in {name or 'a package'} did not end although its package passed")
        self.end(test, Status.FAILED if failed else Status.ERRORED, None, unfinished=True)

    def _stray(self, test: str) -> Excerpt:
        """Where the output of a test goes of which nobody said that it runs: it may still be said to have ended."""
        if test not in self._strays and len(self._strays) >= _MOST_STRAYS:
            return self.output
        return self._strays.setdefault(test, Excerpt(self.collected.limits.text))

    def _benchmark(self, name: str) -> None:
        if name not in self.benchmarks:
            self.end(name, Status.PASSED, None)


def _of_test(package: str, ended: Ended) -> TestCase:
    text = str(ended.output or "")
    if "=== " in text or "--- " in text:
        text = _MARKER.sub("", text)
    message, file, line = _place(text) if ended.status is not Status.PASSED else ("", "", None)
    if ended.unfinished and not message:
        message = "the test did not end"
    parents = ended.name.split("/")[:-1]
    return TestCase(
        id=joined_id(package, ended.name),
        status=ended.status,
        message=message or ("the test failed" if ended.status.is_red else ""),
        traceback=text if ended.status.is_red else "",
        classname=package,
        name=ended.name,
        file=file,
        line=line,
        seconds=ended.seconds,
        suite=tuple(filter(None, (package, *parents))),
        output="" if ended.status.is_red else text,
    )


def _of_package(package: str, text: str, reason: str) -> TestCase:
    message, file, line = _place(text)
    return TestCase(
        id=package or "(go package)",
        status=Status.ERRORED,
        message=f"{reason}: {message}" if message else reason,
        traceback=text,
        classname=package,
        file=file,
        line=line,
        suite=(package,) if package else (),
    )


def _place(text: str) -> tuple[str, str, int | None]:
    """What went wrong according to the output of a test, and in which file and line."""
    if panic := _PANIC.search(text) or _RACE.search(text):
        frames = (frame for frame in _FRAME.finditer(text, panic.end()) if not _NOT_OURS.search(frame["file"]))
        frame = next(frames, None)
        return panic[1], frame["file"] if frame else "", _line(frame)
    if said := _SAID.search(text) or _COMPILER.search(text):
        return _said(text, said), said["file"], _line(said)
    return first_line([text]), "", None


def _said(text: str, found: re.Match[str]) -> str:
    """The message at *found*, with the lines below it that are indented further because they belong to it."""
    start = text.rfind("\n", 0, found.start("file")) + 1
    indent = text[start : found.start("file")] or "    "  # that of the first line was stripped
    below = text[found.end() + 1 :].split("\n", _MOST_LINES)[:_MOST_LINES]
    deeper = takewhile(lambda line: line.startswith(indent + "    "), below)
    return "\n".join(filter(None, map(str.strip, (found["text"], *deeper)))) or first_line(below)


def _line(found: re.Match[str] | None) -> int | None:
    return int(found["line"][:9]) if found else None


def compiler_output(built: dict[str, Excerpt], package: str) -> str:
    """What the compiler said about *package* and its tests; *built* is by ``package [package.test]``."""
    return "\n".join(str(text) for key, text in built.items() if package in _names(key))


def _names(key: str) -> Iterable[str]:
    name, _, binary = key.partition(" [")
    return name, binary.removesuffix("]").removesuffix(".test")
