"""What is told of lines that decide: which line ran after them, by every mechanism of Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.coverage import IMPORTS
from agent_ci.runners.coverage_kit.collector import Record, Tracing
from agent_ci.runners.coverage_kit.following import Deciding
from tests.runners.test_coverage import EQUAL, Open, newer_python, plain, unittest_of

DECIDES = """def clamp(n, items=()):
    if n > 3:
        n = 3
    for one in items:
        if one:
            break
    return n


def steps(n):
    if (yield n):
        n += 1
"""
DECIDED = """import unittest
from calc import clamp, steps


class A(unittest.TestCase):
    def test_big(self):
        clamp(4, [1])

    def test_small(self):
        clamp(1, [0])

    def test_step(self):
        next(steps(1))

    def test_steps(self):
        list(steps(1))
"""
DECIDING = frozenset({2, 4, 5, 11})


@pytest.mark.parametrize("python", [newer_python, lambda: sys.executable], ids=["monitoring", "this-python"])
def test_of_lines_that_decide_it_is_told_what_ran_after_them(workspace: Open, python: Callable[[], str]) -> None:
    opened = workspace({"calc.py": DECIDES, "other.py": EQUAL, "test_calc.py": DECIDED})
    found = unittest_of(python()).covered(opened, timeout=60, deciding={"calc.py": DECIDING, "gone.py": DECIDING})
    arcs = {id_.rpartition("::")[2]: {*files.get("calc.py", ())} for id_, files in found.arcs.items()}
    lines = plain(found, "calc.py")
    assert arcs == {
        **({IMPORTS: set()} if IMPORTS in arcs else {}),
        "test_big": {(2, 3), (4, 5), (5, 6)},
        "test_small": {(2, 4), (4, 5), (5, 4), (4, 7)},
        **({"test_step": set()} if "test_step" in arcs else {}),
        "test_steps": {(11, -10)},
    }
    assert (lines["test_calc.py::A::test_small"], lines["test_calc.py::A::test_step"]) == ({2, 4, 5, 7}, {11})
    assert found.arcs_of("calc.py") >= {(2, 3), (2, 4), (11, -10)}
    assert found.of(["test_calc.py::A::test_big"]).arcs_of("calc.py") == {(2, 3), (4, 5), (5, 6)}


def test_where_nothing_but_python_itself_can_trace_it_tells_the_same(tmp_path: Path) -> None:
    code, record = tmp_path / "calc.py", Record(str(tmp_path), Deciding({"calc.py": DECIDING}))
    space: dict[str, Any] = {}
    exec(compile(DECIDES, str(code), "exec"), space)  # noqa: S102 - the code above
    before, tracing = sys.gettrace(), Tracing(record)
    tracing.start()
    tracing.enter("small")
    space["clamp"](1, [0])
    tracing.enter("both")
    list(map(space["clamp"], (1, 4)))
    [*space["steps"](1)]
    tracing.stop()
    sys.settrace(before)
    assert record.arcs == {
        IMPORTS: {},
        "small": {"calc.py": {(2, 4), (4, 5), (5, 4), (4, 7)}},
        "both": {"calc.py": {(2, 3), (2, 4), (4, 7), (11, -10)}},
    }
