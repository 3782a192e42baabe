"""The offline search in a large repository, and what very many edits leave behind: ``python -m bench.search.scale``.

The repository has 400 modules of 500 lines and 5,000 tests, of which one fails for one wrong sign. How soon the first
edit is tried is measured from outside, as the time of a search that may try one. The other half is one module of a
few hundred statements whose failing test no edit can satisfy, so that edits are tried until the limit is reached.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Evidence
from agent_ci.proposers.search.proposer import Search
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from bench.search.measure import Workbench, children_cpu, offers_of
from bench.table import print_table
from bench.trees import Files

_MODULES, _FUNCTIONS, _TESTS = 400, 50, 5_000
_MOST_SECONDS, _MOST_MIB = 15.0, 1024.0
_FUNCTION = """
def rule_{n}(amount, step={n}):
    \"\"\"The rule number {n}.\"\"\"
    total = amount + step
    if total > {limit}:
        total = total - {n}
    for part in range(2):
        total = total + part
    return total

"""
_CHECK = """    assert str(total(3)).endswith("0417") and len(str(total(3))) == 23\n"""


@dataclass(frozen=True)
class _Row:
    """One search: what it was, how many edits it tried, and what it cost and left."""

    name: str
    tried: int
    seconds: float
    cpu: float
    mib: float
    left: int


def main() -> int:
    """Print the table; 0 where every goal is met."""
    parser = argparse.ArgumentParser(prog="python -m bench.search.scale", description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000, help="that are tried in the second half")
    given = parser.parse_args()
    rows = [_large(), _many(given.edits)]
    columns = ("search", "edits", "s", "CPU s", "MiB, most of one process", "processes and files left")
    print_table("Scale", columns, [tuple(vars(row).values()) for row in rows], packages=("agent-ci", "pytest"))
    missed = [
        *(["the first edit comes late"] if rows[0].seconds > _MOST_SECONDS else []),
        *(f"{row.name} leaves something behind" for row in rows if row.left),
        *(f"{row.name} takes too much memory" for row in rows if row.mib > _MOST_MIB),
        *(f"{row.name} tries too few edits" for row in rows[1:] if row.tried < given.edits),
    ]
    print("\n".join(missed) or "every goal is met")
    return bool(missed)


def _large() -> _Row:
    files = {f"shop/m{number:03}.py": _module() for number in range(_MODULES)}
    head, sign, rest = files["shop/m200.py"].partition("The rule number 7")
    files["shop/m200.py"] = head + sign + rest.replace("amount + step", "amount - step", 1)
    tests = dict(_tests())
    red = "tests/test_m200.py::test_7"
    cases = [
        TestCase(id_, Status.FAILED, message="assert -1 == 13") if id_ == red else TestCase(id_, Status.PASSED)
        for path, text in tests.items()
        for id_ in (f"{path}::{line[4:].partition('(')[0]}" for line in text.split("\n") if line.startswith("def "))
    ]
    return _searched("200,000 lines, the first edit", {**files, "shop/__init__.py": "", **tests}, cases, most=1)


def _many(edits: int) -> _Row:
    total = "def total(start):\n" + "".join(f"    start = rule_{n}(start)\n" for n in range(_FUNCTIONS))
    test = f"from rules import total\n\n\ndef test_total():\n{_CHECK}"
    files = {"rules.py": f"{_module()}\n{total}    return start\n", "test_rules.py": test}
    cases = [TestCase("test_rules.py::test_total", Status.FAILED, message="assert False")]
    return _searched(f"{edits:,} edits, none of which repairs", files, cases, most=edits)


def _searched(name: str, files: Mapping[str, str], cases: list[TestCase], *, most: int) -> _Row:
    with tempfile.TemporaryDirectory() as scratch:
        tempfile.tempdir, before = scratch, children_cpu()
        report = TestReport.of(*cases)
        tools = Pytest(Interpreter(sys.executable, "3", "9", ())).toolchain
        evidence = Evidence("fix", "red", before=report, targets=report.red, toolchain=tools)
        started = time.monotonic()
        try:
            offers = list(offers_of(Search(max_candidates=most), evidence, Workbench(Files(files), 1_200.0)))
        finally:
            tempfile.tempdir = None
        seconds = time.monotonic() - started
        left = len(list(Path(scratch).iterdir())) + sum(1 for _ in _processes(scratch))
        mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        words = offers[0].note.split() if offers else ()
        return _Row(name, int(words[1]) if len(words) > 1 else 0, seconds, children_cpu() - before, mib, left)


def _module() -> str:
    return "".join(_FUNCTION.format(n=number, limit=10 * number + 1_000) for number in range(_FUNCTIONS)).lstrip()


def _tests() -> Iterator[tuple[str, str]]:
    each = _TESTS // _MODULES
    for number in range(_MODULES):
        count = each + (number < _TESTS - each * _MODULES)
        body = "".join(f"\n\ndef test_{n}():\n    assert m.rule_{n}(5) == {5 + n + 1}\n" for n in range(count))
        yield f"tests/test_m{number:03}.py", f"from shop import m{number:03} as m\n{body}"


def _processes(folder: str) -> Iterator[str]:
    """The processes that stand in *folder*, or name it."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + os.fsencode((process / "cwd").readlink())
        except OSError:
            continue
        if os.fsencode(folder) in words:
            yield process.name


if __name__ == "__main__":
    raise SystemExit(main())
