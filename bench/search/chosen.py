"""Which bugs are measured: those that were written in a half, and a sample of the faults in packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from agent_ci.core.report import TestReport
from bench.real.cases import load
from bench.real.fetch import Cache
from bench.search.case import Case, by_hash, half_of
from bench.search.documented import DOCUMENTED
from bench.search.gaps import GAPS
from bench.search.measure import red_report
from bench.search.packages import MODULES, faults
from bench.search.pairs import PAIRS
from bench.search.slips import SLIPS
from bench.search.written import TOGETHER, cases, in_one_test

Red = Iterator[tuple[Case, TestReport]]


WRITTEN = {"usual": (*SLIPS, *GAPS, *PAIRS), "documented": DOCUMENTED}
"""The bugs that were written, by the name of their set: those of every kind, and those that a docstring tells of."""


def of_written(into: Path, *, half: str, word: str = "", which: str = "usual") -> Red:
    """The written bugs of a set, below *into*, with what their tests say."""
    if which == TOGETHER:
        taken = tuple(slip for slip in WRITTEN["usual"] if half in ("both", half_of(slip.name)) and word in slip.name)
        return _red(in_one_test(taken, into))
    return _red(_taken(cases(WRITTEN[which], into), half=half, word=word))


def of_packages(packages: Path, cosmic: str, *, half: str, sample: int, word: str = "") -> Red:
    """A *sample* of the faults that the tests of packages see, with what these say; sources are kept in *packages*."""
    made = _taken(_made(packages, cosmic), half=half, word=word)
    return islice(_red(sorted(made, key=by_hash)), sample)


def _made(packages: Path, cosmic: str) -> Iterator[Case]:
    file = load()
    packages.mkdir(parents=True, exist_ok=True)
    cache = Cache(packages.resolve(), file.build, file.runner)
    for module in MODULES:
        yield from faults(module, cache, cosmic)


def _taken(bugs: Iterable[Case], *, half: str, word: str) -> Iterator[Case]:
    """Those in *half*, or in both, that have *word* in their names."""
    return (case for case in bugs if half in ("both", case.half) and word in case.name)


def _red(bugs: Iterable[Case]) -> Red:
    """Those that their tests see, with what these say."""
    reported = ((case, red_report(case)) for case in bugs)
    return ((case, report) for case, report in reported if report is not None)
