"""Measures what it costs to know each test's lines, beside pytest-cov and coverage.py: ``python -m bench.coverage``."""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.python_json import read_python_json
from agent_ci.ports import Command, Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.sandboxes.none import NoSandbox
from bench.table import print_table
from tests.trees import Files

COLUMNS = ("what is recorded", "CPU, s", "times bare", "elapsed, s", "lines told of tests")
_PARTS = 20
_SECONDS = 600.0
_SOURCES = "shop/"
_BY_FUNCTION = "test_function"  # coverage.py's own contexts, which hold the parametrised cases of one together
# Loops, branches and calls, so that a line is executed often, as in a suite that computes something.
_PART = """def half(number):
    if number % 2:
        return (number - 1) // 2
    return number // 2


def total(rounds, only_even=False):
    found = 0
    for step in range(rounds):
        if step % PART:
            found += half(step)
        elif only_even:
            continue
        else:
            found -= step
    return found
"""
_TEST = """import pytest

from shop.partPART import half, total


@pytest.mark.parametrize("rounds", range(1, COUNT))
def test_total(rounds):
    assert total(300 + rounds, rounds % 2 == 0) is not None


def test_half():
    assert half(9) == 4
"""
_SUITE = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:rerunfailures")  # the last one wants a network
_INI = "[run]\ndynamic_context = test_function\nsource = shop\n"


def main() -> int:
    """Run one suite in every way in turns, so that each meets the same load; 1 where a way knows other lines."""
    parser = argparse.ArgumentParser(prog="bench.coverage")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=400)
    parser.add_argument("--python", nargs="+", default=[sys.executable], help="interpreters that have pytest")
    given = parser.parse_args()
    return max([measured(str(Path(path).absolute()), given.tests, given.runs) for path in given.python])


def suite(tests: int) -> Mapping[str, str]:
    """A package of some modules, and about so many *tests* of it."""
    files = {f"{_SOURCES}__init__.py": "", "coverage.ini": _INI}
    for part in range(2, _PARTS + 2):
        files[f"{_SOURCES}part{part}.py"] = _PART.replace("PART", str(part))
        files[f"tests/test_part{part}.py"] = _TEST.replace("PART", str(part)).replace("COUNT", str(tests // _PARTS))
    return files


def measured(python: str, tests: int, runs: int) -> int:
    """Print the table of the interpreter *python*: medians of *runs*."""
    with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(suite(tests))) as workspace:
        about = About.asked(workspace, python)
        found = dict(ways(workspace, python, about))
        costs: dict[str, list[tuple[float, float]]] = {name: [] for name in found}
        told: dict[str, int | None] = {}
        for _ in range(runs):
            for name, way in found.items():
                before, started = _processor_seconds(), time.perf_counter()
                read = way()
                costs[name].append((_processor_seconds() - before, time.perf_counter() - started))
                told[name] = read()
    medians = {name: tuple(map(statistics.median, zip(*cost, strict=True))) for name, cost in costs.items()}
    bare = next(iter(medians.values()))[0]
    rows = [
        (name, cpu, cpu / bare, elapsed, "-" if told[name] is None else told[name])
        for name, (cpu, elapsed) in medians.items()
    ]
    title = f"Lines of {tests} tests under Python {about.python}, pytest {about.versions['pytest']}, medians of {runs}"
    print_table(title, COLUMNS, rows, packages=("agent-ci",))
    exact = {count for name, count in told.items() if count is not None and not name.endswith(_BY_FUNCTION)}
    return 0 if len(exact) == 1 else 1


@dataclass(frozen=True)
class About:
    """An interpreter's version, and those of the packages that it has."""

    python: str
    versions: Mapping[str, str]

    @classmethod
    def asked(cls, workspace: Workspace, python: str) -> About:
        """What the interpreter *python* says of itself."""
        program = (
            "import importlib.metadata as m, json, platform; "
            "print(json.dumps([platform.python_version(), {d.name.lower(): d.version for d in m.distributions()}]))"
        )
        done = workspace.run(Command((python, "-c", program), {}, _SECONDS))
        version, packages = json.loads(done.output)
        return cls(version, packages)


_Read = Callable[[], int | None]


def ways(workspace: Workspace, python: str, about: About) -> Iterator[tuple[str, Callable[[], _Read]]]:
    """How to run the suite, by what is said of it; what each returns tells how many lines of tests it knows then."""
    ours = Pytest(Interpreter(python, about.python, about.versions["pytest"], (".",)), ("-p", "no:rerunfailures"))

    def covered() -> _Read:
        found = ours.covered(workspace, timeout=_SECONDS)
        return lambda: _lines(found)

    def run() -> _Read:
        ours.run(workspace, timeout=_SECONDS)
        return lambda: None

    def by(*words: str) -> Callable[[], _Read]:
        return lambda: _peer(workspace, python, words)

    yield "nothing: pytest alone", by(*_SUITE)
    yield "nothing: our runner", run
    yield "our runner, each test's lines", covered
    peers = {
        "pytest-cov": ("--cov-context=test", (*_SUITE, "--cov=shop", "--cov-context=test", "--cov-report=")),
        "coverage": (_BY_FUNCTION, ("-m", "coverage", "run", "--rcfile=coverage.ini", *_SUITE)),
    }
    for name, (option, words) in peers.items():
        if name in about.versions:
            yield f"{name} {about.versions[name]}, {option}", by(*words)
        else:
            print(f"SKIPPED {name}: {python} does not have it", file=sys.stderr)


def _peer(workspace: Workspace, python: str, words: tuple[str, ...]) -> _Read:
    """Run *words*. Raises RuntimeError where they fail, since their time then says nothing."""
    environment = {"COVERAGE_FILE": f"{workspace.outbox}/data", "PYTHONDONTWRITEBYTECODE": "1"}
    written = workspace.outbox / "told.json"

    def started(*arguments: str) -> None:
        done = workspace.run(Command((python, *arguments), environment, _SECONDS))
        if done.exit_code:
            raise RuntimeError(f"{' '.join(arguments)}: {done.explanation}")

    def read() -> int | None:
        if not any("cov" in word for word in words):
            return None
        started("-m", "coverage", "json", "-q", "--show-contexts", "-o", str(written))
        return _lines(read_python_json([written.read_bytes()], str))

    started(*words)
    return read


def _lines(found: Coverage) -> int:
    """How many lines of the package are told of how many tests, all added."""
    of_tests = (files for id_, files in found.tests.items() if id_ != IMPORTS)
    return sum(len(lines) for files in of_tests for path, lines in files.items() if Path(path).match(f"{_SOURCES}*"))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
