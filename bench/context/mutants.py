"""Small faults put into released packages as scenes: what a test notices, and where the fault is known."""

from __future__ import annotations

import platform
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.localising.blocks import blocks
from agent_ci.core.paths import is_test_path
from agent_ci.core.report import TestReport
from agent_ci.errors import AgentCIError
from agent_ci.mutation_kit.mutants import Mutant, apply, mutants
from bench.context.real import texts_below
from bench.context.scenes import Scene, Stand
from bench.context.truth import Touched
from bench.real.cases import Case
from bench.real.fetch import Cache

_MOST_TESTS = 40  # of those that run the line; a suite that fails everywhere says no more


def scenes(case: Case, cache: Cache, *, count: int, seed: int, pytest: str) -> Iterator[Scene]:
    """At most *count* faults, drawn with *seed*, in the fixed release of *case*, that some of its tests notice."""
    files = texts_below(cache.source(case.package, case.fixed))
    roots = ("src", ".") if any(path.startswith("src/") for path in files) else (".",)
    stand = Stand(cache.python(case.requirements), platform.python_version(), pytest, roots, case.run)
    clean, coverage = stand.run(files), stand.covered(files)
    if coverage is None:
        return
    made = 0
    for path, fault in _drawn(files, coverage, seed):
        if made == count:
            return
        text = apply(files[path], fault)
        tests = sorted(coverage.tests_of(path, fault.line) - {IMPORTS})[:_MOST_TESTS]
        faulty = {**files, path: text}
        try:
            report = stand.run(faulty, tuple(tests))
        except AgentCIError:  # it does not end, or cannot be collected any more
            continue
        if not report.red or not _touched(path, text, fault.line):
            continue
        made += 1
        evidence = stand.evidence(faulty, _joined(clean, report))
        yield Scene(f"{case.package}:{fault.id}", case.package, evidence, faulty, _touched(path, text, fault.line))


def _drawn(files: Mapping[str, str], coverage: Coverage, seed: int) -> list[tuple[str, Mutant]]:
    """Faults on lines that tests execute, in an order that *seed* decides, no two in the same function."""
    found = []
    for path in sorted({path for tests in coverage.tests.values() for path in tests}):
        if path.endswith(".py") and not is_test_path(path) and path in files:
            lines = {line for line in coverage.lines(path) if coverage.tests_of(path, line) - {IMPORTS}}
            found += [(path, fault) for fault in mutants(files[path], lines, per_line=1)]
    random.Random(seed).shuffle(found)  # noqa: S311 - no secret
    first: dict[tuple[str, int], tuple[str, Mutant]] = {}
    for path, fault in found:
        around = next((one.first for one in blocks(path, files[path]) if fault.line in one.lines), 0)
        first.setdefault((path, around), (path, fault))
    return list(first.values())


def _touched(path: str, text: str, line: int) -> tuple[Touched, ...]:
    return tuple(Touched(path, one, frozenset({line})) for one in blocks(path, text) if line in one.lines)


def _joined(clean: TestReport, faulty: TestReport) -> TestReport:
    """The whole run as it would be, as far as it is known: the tests that were not run again are as they were."""
    again = {case.id: case for case in faulty.cases}
    return TestReport.of(*(again.get(case.id, replace(case)) for case in clean.cases))
