"""Measures what each sandbox costs beside a bare run: ``python -m bench.sandboxes [--runs N]``."""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent_ci.core.limits import Limits
from agent_ci.ports import Command, Workspace
from bench.attacks.boxes import BOXES, box, python
from bench.attacks.case import UnavailableError
from bench.repositories import write
from bench.table import print_table
from tests.trees import Files

COLUMNS = ("sandbox", "a command, ms", "more than bare, ms", "50 tests, s", "times bare")
_TESTS = "import pytest\n\n\n@pytest.mark.parametrize('n', range(50))\ndef test_it(n):\n    assert n + 1 > n\n"
_SUITE = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:rerunfailures")  # the last one wants a network
_SHARE = 4  # a suite is timed so many times less often than a command
_BARE = "none at all"


def main() -> int:
    """Time every sandbox that this machine has, in turns, so that each meets the same load."""
    parser = argparse.ArgumentParser(prog="bench.sandboxes")
    parser.add_argument("--runs", type=int, default=20)
    count = parser.parse_args().runs
    with contextlib.ExitStack() as stack:
        places = tuple(_opened(stack))
        commands = _medians({place.name: partial(place.run, ("true",)) for place in places}, count)
        suites = _medians(
            {place.name: partial(place.run, (place.python, *_SUITE)) for place in places}, max(3, count // _SHARE)
        )
    bare, suite = commands[_BARE], suites[_BARE]
    rows = [
        (name, 1000 * seconds, 1000 * (seconds - bare), suites[name], suites[name] / suite)
        for name, seconds in commands.items()
    ]
    print_table("What a sandbox costs, medians", COLUMNS, rows, packages=("agent-ci", "pytest"))
    return 0


@dataclass(frozen=True)
class _Place:
    """Where commands are run: ``start`` gives the exit code, ``python`` is the interpreter there."""

    name: str
    start: Callable[[tuple[str, ...]], int]
    python: str

    def run(self, argv: tuple[str, ...]) -> None:
        """Run *argv*. Raises RuntimeError where it fails, since its time then says nothing."""
        if code := self.start(argv):
            raise RuntimeError(f"{self.name}: {argv} ended with exit code {code}")


def _opened(stack: contextlib.ExitStack) -> Iterator[_Place]:
    """Every place that can be had here."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-sandboxes-")))
    files = {"test_it.py": _TESTS}
    write(folder, files)
    yield _Place(_BARE, partial(_bare, folder), sys.executable)
    for name in reversed(tuple(BOXES)):
        try:
            workspace = stack.enter_context(box(name, Limits()).open(Files(files)))
        except UnavailableError as error:
            print(f"SKIPPED {name}: {error}", file=sys.stderr)
        else:
            yield _Place(name, partial(_inside, workspace), python(name))


def _bare(folder: Path, argv: tuple[str, ...]) -> int:
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(argv, cwd=folder, env=environment, check=False, capture_output=True).returncode


def _inside(workspace: Workspace, argv: tuple[str, ...]) -> int:
    return workspace.run(Command(argv, {"PYTHONDONTWRITEBYTECODE": "1"})).exit_code


def _medians(work: dict[str, Callable[[], None]], count: int) -> dict[str, float]:
    """The median seconds of each piece of *work*, which are done in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(count):
        for name, act in work.items():
            started = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


if __name__ == "__main__":
    sys.exit(main())
