"""The comment above each test that we deliver: what it is about, what it is good for, and its delivery's name."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_ci.core.worth.cutting import without_tests
from agent_ci.core.worth.tests_file import TestsFile

_MARK = "agent-ci:"
_LINE = re.compile(r"^[ \t]*# agent-ci:([0-9a-f]{12}) ")
_LINES = 2  # of the comment
_MOST_SPANS = 6


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a test comes from: the delivery's *name*, its *target*, the new *lines* it runs, how many mutants it kills.

    ``branches`` are the lines in which a branch begins that no other test takes.
    ``kills`` is None where no mutant was tried, ``proposer`` who wrote it, and ``labels`` what is known of it.
    """

    name: str
    target: str
    lines: tuple[int, ...] = ()
    kills: int | None = 0
    proposer: str = ""
    labels: tuple[str, ...] = ()
    branches: tuple[int, ...] = ()

    def comment(self, indent: str = "", *, sign: str = "#") -> tuple[str, str]:
        """The two lines of the comment, each after the *sign* that begins one."""
        kills = "" if self.kills is None else f"kills {self.kills} mutant{'s' * (self.kills != 1)}"
        told = ", ".join(part for part in (spans(self.lines), _branches(self.branches), kills, *self.labels) if part)
        by = f", by {self.proposer}" if self.proposer else ""
        return f"{indent}{sign} {_MARK}{self.name} {self.target}", f"{indent}{sign} {told}{by}"


def _branches(lines: tuple[int, ...]) -> str:
    """The branches that begin in *lines*, as words."""
    return f"branch{'es' * (len(lines) > 1)} of {spans(lines)}" if lines else ""


def delivery_name(commit: str) -> str:
    """The fingerprint of the tests that were written for *commit*: the same whenever and wherever that is done."""
    return hashlib.sha256(f"tests {commit}".encode()).hexdigest()[:16]


def delivery_id(name: str) -> str:
    """The part of the fingerprint *name* that stands above each test, and that it is taken back by."""
    return name[:12]


def marked(text: str, found: Mapping[str, Provenance]) -> str:
    """*text* with the comment of *found*, by test, above each test, in the place of one that is there."""
    file = TestsFile.read(text)
    if file is None:
        return text
    lines = text.split("\n")
    for test in sorted(file.tests, key=lambda test: test.node.lineno, reverse=True):
        at = min([test.node.lineno, *(mark.lineno for mark in test.node.decorator_list)]) - 1
        first = _comment_above(lines, at)
        if test.name in found:
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            lines[first:at] = found[test.name].comment(indent)
    return "\n".join(lines)


def names_in(text: str) -> frozenset[str]:
    """The names of the deliveries that *text* holds tests of."""
    return frozenset(found[1] for line in text.split("\n") if (found := _LINE.match(line)))


def without_delivery(text: str, name: str) -> str:
    """*text* without the tests of the delivery *name*, and without what only they read; empty where nothing is left.

    It is as it was where it cannot be read.
    """
    file = TestsFile.read(text)
    return without_tests(text, file, dict(_of(file, text, name))) if file else text


def taken_out(texts: Mapping[str, str], name: str) -> dict[str, str]:
    """Those of *texts*, by path, that hold tests of the delivery *name*, without these; empty where nothing is left.

    One that cannot be read is as it was.
    """
    return {path: without_delivery(text, name) for path, text in texts.items() if name in names_in(text)}


def place_of(name: str, lines: Sequence[str], at: int, *, sign: str = "#") -> range:
    """Where in *lines* the comment of the delivery *name* stands directly above line *at* (from 0); empty if nowhere.

    *sign* is what comments begin with.
    """
    first = _comment_above(lines, at, sign)
    is_ours = first < at and lines[first].lstrip().startswith(f"{sign} {_MARK}{name} ")
    return range(first, min(first + _LINES, at)) if is_ours else range(0)


def _of(file: TestsFile, text: str, name: str) -> Iterator[tuple[ast.stmt, range]]:
    """The tests of the delivery *name*, each with the lines of our comment above it."""
    lines = text.split("\n")
    for test in file.tests:
        at = min([test.node.lineno, *(mark.lineno for mark in test.node.decorator_list)]) - 1
        if place := place_of(name, lines, at):
            yield test.node, place


def _comment_above(lines: Sequence[str], at: int, sign: str = "#") -> int:
    """Where the comment of ours begins that stands directly above line *at*; *at* where none does."""
    for first in range(at - 1, max(at - 4, -1), -1):
        if not lines[first].lstrip().startswith(sign):
            return at
        if f"{sign} {_MARK}" in lines[first]:
            return first
    return at


def spans(lines: tuple[int, ...]) -> str:
    """``lines 3-5, 9``."""
    spans: list[tuple[int, int]] = []
    for line in sorted(lines):
        if spans and line == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], line)
        else:
            spans.append((line, line))
    words = [f"{first}-{last}" if last > first else str(first) for first, last in spans[:_MOST_SPANS]]
    more = " …" if len(spans) > _MOST_SPANS else ""
    return f"line{'s' * (len(lines) != 1)} {', '.join(words)}{more}" if words else ""
