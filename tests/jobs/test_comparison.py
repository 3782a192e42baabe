from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent_ci.jobs.comparison import Comparison, compare
from agent_ci.pipeline import Job, Tools
from agent_ci.session import Session
from bench.repositories import PYTEST
from tests.red import RedRepository

SOURCE = """class Cart:
    def __init__(self, items):
        self.items = items

    def total(self, off=0):
        {before}


def size(n):
    {size}
"""
TESTS = """from shop import Cart, size


def test_total():
    assert Cart([3, 4]).total() == 7


def test_size():
    assert size(10) == "big"
    assert size(1) == "small"
"""
SIZE = 'return "big" if n > 100 else "small"'


def source(total: str = "return sum(self.items) - off", size: str = SIZE) -> str:
    return SOURCE.format(before=total, size=size)


@contextmanager
def red(tmp_path: Path, before: str) -> Iterator[tuple[Job, Tools]]:
    repository = RedRepository.make(tmp_path, {"shop.py": before, "test_shop.py": TESTS})
    given = {"repository": str(repository.path), "run": PYTEST, "repeat": 2, "out": str(tmp_path / "out")}
    with Session({"PATH": os.environ["PATH"]}, given, io.StringIO()).opened() as opened:
        yield opened


def compared(tmp_path: Path, one: str, other: str, *, before: str = source(), seconds: float = 20.0) -> Comparison:
    with red(tmp_path, before) as (job, tools):
        evidence = job.gather(tools)
        trees = [tools.clone.edit(evidence.tree, {"shop.py": new.encode()}) for new in (one, other)]
        first, second = (tools.clone.patch(evidence.tree, tree) for tree in trees)
        return compare(first, second, evidence, tools, seconds=seconds)


def test_changes_that_do_the_same_do_not_differ(tmp_path: Path) -> None:
    one = source(size='return "big" if n >= 10 else "small"')
    other = source(size='return "small" if n < 10 else "big"')
    found = compared(tmp_path, one, other)
    assert found.differences == ()
    assert found.inputs > 5
    assert found.functions == ("shop.py::size",)


def test_changes_are_called_at_the_numbers_that_the_function_holds(tmp_path: Path) -> None:
    one = source(size='return "big" if n >= 10 else "small"')
    other = source(size='return "big" if n >= 10 and n != 101 else "small"')
    assert len(compared(tmp_path, one, other).differences) == 1


def test_changes_that_differ_off_the_tests_are_told_apart_by_an_input(tmp_path: Path) -> None:
    one = source(size='return "big" if n >= 10 else "small"')
    other = source(size='return "big" if n > 1 else "small"')
    (first, *_) = compared(tmp_path, one, other).differences
    assert "shop.py::size(n=" in first
    assert "gives 'small' with this change and gives 'big' with another" in first


def test_methods_are_called_on_copies_of_the_objects_that_tests_made(tmp_path: Path) -> None:
    before = source(total="return 0", size='return "big" if n > 5 else "small"')
    one = before.replace("return 0", "return sum(self.items) - off")
    other = before.replace("return 0", "return sum(self.items) + off")
    found = compared(tmp_path, one, other, before=before)
    assert found.functions == ("shop.py::Cart.total",)
    assert found.differences


MISCHIEF = {
    "hangs": "while n < 0:\n        pass",
    "exits": "if n < 0:\n        raise SystemExit(3)",
    "prints": "print('x' * 100_000)",
    "changes what it is given": "globals()['seen'] = n",
}


@pytest.mark.parametrize("trick", MISCHIEF.values(), ids=MISCHIEF)
def test_what_a_function_does_in_a_call_is_an_outcome(tmp_path: Path, trick: str) -> None:
    before = source(size=f"{trick}\n    {SIZE}")
    one = source(size=f'{trick}\n    return "big" if n >= 10 else "small"')
    other = source(size=f'{trick}\n    return "big" if n >= 5 else "small"')
    assert compared(tmp_path, one, other, before=before).differences


def test_a_program_that_is_killed_compares_what_it_came_to(tmp_path: Path) -> None:
    before = source(size=f"if n < 0:\n        import os, signal\n        os.kill(os.getpid(), 9)\n    {SIZE}")
    one = before.replace("n > 100", "n >= 10")
    other = before.replace("n > 100", "n >= 5")
    assert isinstance(compared(tmp_path, one, other, before=before), Comparison)


def test_without_time_or_a_function_nothing_is_compared_and_it_says_so(tmp_path: Path) -> None:
    one = source(size='return "big" if n >= 10 else "small"')
    assert compared(tmp_path, one, one.replace("10", "9"), seconds=0.1).note
