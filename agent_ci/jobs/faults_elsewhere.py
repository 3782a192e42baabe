"""Puts small faults into lines of JavaScript, TypeScript, Go and Java, and looks which new tests notice them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from agent_ci.core.edits.faults import Fault, faults
from agent_ci.core.edits.syntax import SourceFile
from agent_ci.core.worth.values import Mutants
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.jobs.worth import fault_of
from agent_ci.pipeline import Tools

MOST_OF_FILE = 12  # faults that the tests of one file are run with, each a start of the runner
_SHARE = 0.25  # of the time left, for all of them
_LEAST, _TIMES = 10.0, 4.0  # seconds that such a run may take, and how many times as long as the one without a fault


@dataclass(frozen=True)
class Guarded:
    """A new test by its *ids* in reports, and the lines that nothing but it runs, in one file at *path*."""

    ids: tuple[str, ...]
    path: str
    lines: frozenset[int]


@dataclass
class Noticed:
    """For each test by its place: the faults on its lines that were ``tried``, and of these those that it ``kills``."""

    tried: list[set[str]]
    kills: list[set[str]]
    every: set[str] = field(default_factory=set)
    timed_out: int = 0
    untried: int = 0

    def mutants(self, kept: Sequence[int]) -> Mutants:
        """The account of the faults, of which the tests at the places *kept* notice some."""
        killed = {fault for place in kept for fault in self.kills[place]}
        return Mutants(len(self.every), 0, len(killed), self.timed_out, self.untried)


def noticed(tests: Sequence[Guarded], tree: str, only: tuple[str, ...], seconds: float, tools: Tools) -> Noticed:
    """Which faults *tests* notice: the tests *only* of *tree* are run with each; a run took *seconds* without one.

    No other test runs these lines, so that none could notice them before. A fault with which none of the tests is run
    at all is no program, and counts as untried.
    """
    found = Noticed([set() for _ in tests], [set() for _ in tests])
    end = (1 - _SHARE) * tools.seconds_left()
    most = max(_LEAST, _TIMES * seconds)
    chosen = [*_chosen(tests, tree, tools)]
    for fault in chosen[:MOST_OF_FILE]:
        if tools.seconds_left() < end:
            found.untried += 1
            continue
        started = tools.clock()
        left = min(most, max(1.0, tools.seconds_left() - end))
        report = report_of(tools, tools.clone.edit(tree, {fault.path: fault.data}), only, SUITE, most=left)
        if not any(id_ in report.statuses for test in tests for id_ in test.ids):
            is_late = tools.clock() - started >= left
            found.timed_out += is_late
            found.untried += not is_late
            continue
        found.every.add(fault.id)
        for place, test in enumerate(tests):
            if test.path == fault.path and fault.line in test.lines:
                found.tried[place].add(fault.id)
                if fault_of(test.ids, report):
                    found.kills[place].add(fault.id)
    found.untried += len(chosen[MOST_OF_FILE:])
    return found


def _chosen(tests: Sequence[Guarded], tree: str, tools: Tools) -> Iterator[Fault]:
    """The faults on the lines of *tests*, one of each file in turn."""
    lines: dict[str, frozenset[int]] = {}
    for test in tests:
        lines[test.path] = lines.get(test.path, frozenset()) | test.lines
    texts: Mapping[str, bytes] = {path: tools.clone.tree(tree).read(path) for path in lines}
    files = [SourceFile.read(path, texts[path]) for path in sorted(lines)]
    for several in zip_longest(*(faults(file, lines[file.path]) for file in files if file)):
        yield from (fault for fault in several if fault)
