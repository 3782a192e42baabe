"""Which lines each test of a real pytest and unittest executes, by every mechanism of Python and in hostile hands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.ports import Covering, Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.runners.unittest import Unittest

Open = Callable[[Mapping[str, str]], Workspace]
CALC = """import threading


def half(n):
    if n > 3:
        return n // 2
    return n


def one(): return 1


def twice():
    yield 1
    yield 2


def in_thread():
    worker = threading.Thread(target=half, args=(9,))
    worker.start()
    worker.join()
"""
UNITTEST = """import unittest
from calc import half, in_thread, one, twice


class A(unittest.TestCase):
    def test_big(self):
        self.assertEqual(half(4), 2)

    def test_small(self):
        self.assertEqual(half(one()), 2)

    def test_steps(self):
        list(twice())

    def test_thread(self):
        in_thread()
"""
PYTEST = """import pytest
from calc import half, one


@pytest.fixture
def four():
    return half(8)


@pytest.mark.parametrize("x", ["a/b.py::c", "d"])
def test_b(x):
    assert one()


class TestA:
    def test_a(self, four):
        assert half(four) == 2
"""


def newer_python() -> str:
    """A Python that has sys.monitoring: this one, one on PATH, or one that pyenv installed."""
    named = (shutil.which(f"python3.{minor}") or "" for minor in (12, 13, 14))
    installed = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.1[2-9]*/bin/python"))
    for path in (sys.executable, *named, *map(str, installed)):
        said = (
            subprocess.run([path, "-c", "import sys; sys.monitoring"], capture_output=True, check=False)
            if path
            else None
        )
        if said is not None and said.returncode == 0:
            return path
    pytest.skip("no Python 3.12 or later is installed, so that sys.monitoring is NOT tested")


def unittest_of(path: str = sys.executable) -> Unittest:
    return Unittest(Interpreter(path, "3", "", (".",)))


def pytest_of(*arguments: str) -> Pytest:
    return Pytest(Interpreter(sys.executable, "3", "8", (".",), has_xdist=True), arguments)


def plain(found: Coverage, path: str) -> dict[str, set[int]]:
    return {id_: set(files.get(path, ())) for id_, files in found.tests.items()}


def mechanism(opened: Workspace) -> str:
    [recorded] = [file for file in opened.outbox.glob("*.xml") if file.read_bytes().startswith(b'{"by"')]
    return str(json.loads(recorded.read_bytes())["by"])


@pytest.mark.parametrize(
    ("python", "expected"),
    [(newer_python, "sys.monitoring"), (lambda: sys.executable, "sys.")],
    ids=["monitoring", "this-python"],
)
def test_each_test_has_the_lines_that_it_executed_its_threads_included(
    workspace: Open, python: Callable[[], str], expected: str
) -> None:
    opened = workspace({"calc.py": CALC, "test_calc.py": UNITTEST})
    found = unittest_of(python()).covered(opened, timeout=60)
    assert mechanism(opened).startswith(expected)
    assert (plain(found, "calc.py"), found.partial) == (
        {
            IMPORTS: {1, 4, 10, 13, 18},
            "test_calc.py::A::test_big": {5, 6},
            "test_calc.py::A::test_small": {5, 7, 10},
            "test_calc.py::A::test_steps": {14, 15},
            "test_calc.py::A::test_thread": {5, 6, 19, 20, 21},
        },
        (),
    )


def test_pytest_is_asked_by_its_own_ids_and_fixtures_belong_to_the_test(workspace: Open) -> None:
    opened = workspace({"calc.py": CALC, "tests/test_calc.py": PYTEST})
    found = pytest_of("-n", "2").covered(opened, timeout=60)
    name = "tests/test_calc.py"
    ids = [f"{name}::TestA::test_a", f"{name}::test_b[a/b.py::c]", f"{name}::test_b[d]"]
    assert list(pytest_of().run(opened, timeout=60).ids()) == ids
    assert plain(found, "calc.py") == {IMPORTS: {1, 4, 10, 13, 18}, ids[0]: {5, 6}, ids[1]: {10}, ids[2]: {10}}
    assert found.tests[ids[0]]["tests/test_calc.py"] == {7, 17}


def test_exactly_what_is_asked_for_is_covered(workspace: Open) -> None:
    opened = workspace({"calc.py": CALC, "test_calc.py": UNITTEST})
    for runner in (pytest_of(), unittest_of()):
        assert isinstance(runner, Covering)
        found = runner.covered(opened, ("test_calc.py::A::test_big", "test_calc.py::A::test_gone"), timeout=60)
        assert set(found.tests) == {IMPORTS, "test_calc.py::A::test_big"}


TRACING = """import sys
import unittest
from calc import half


class A(unittest.TestCase):
    def test_a(self):
        sys.settrace(lambda *_: None)
        half(4)

    def test_b(self):
        half(4)
"""


def test_a_program_that_traces_itself_loses_its_coverage_and_nothing_else(workspace: Open) -> None:
    opened = workspace({"calc.py": CALC, "test_calc.py": TRACING})
    for runner in (pytest_of(), unittest_of()):
        assert runner.run(opened, timeout=60).tally.passed == 2
        found = runner.covered(opened, timeout=60)
        assert plain(found, "calc.py")["test_calc.py::A::test_b"] == {5, 6}
        if sys.version_info < (3, 12):
            assert found.partial == ("the tests traced themselves, and what they executed then was not seen",)


STRANGE = """import os
import unittest


class A(unittest.TestCase):
    def test_a(self):
        for name in ("a\\0b", "<x>", "", "/" * 5000, "calc.py"):
            exec(compile("x = 1\\ny = 2\\n", "x", "exec").replace(co_filename=name))

    def test_b(self):
        if not os.fork():
            raise SystemExit  # as a child that goes on with the suite would end
        os.wait()
"""


@pytest.mark.parametrize("python", [newer_python, lambda: sys.executable], ids=["monitoring", "this-python"])
def test_code_with_any_name_and_a_fork_harm_nothing(workspace: Open, python: Callable[[], str]) -> None:
    opened = workspace({"calc.py": CALC, "test_a.py": STRANGE})
    found = unittest_of(python()).covered(opened, timeout=60)
    assert plain(found, "calc.py") == {IMPORTS: set(), "test_a.py::A::test_a": {1, 2}, "test_a.py::A::test_b": set()}


EQUAL = "def f(n):\n    return n\n"


def test_equal_code_of_two_files_is_told_apart(workspace: Open) -> None:
    files = {"a/x.py": EQUAL, "b/x.py": EQUAL, "a/__init__.py": "", "b/__init__.py": ""}
    test = "import unittest\nimport a.x\nimport b.x\n\n\nclass A(unittest.TestCase):\n"
    test += "    def test_a(self):\n        a.x.f(1)\n\n    def test_b(self):\n        b.x.f(1)\n"
    found = unittest_of(newer_python()).covered(workspace({**files, "test_x.py": test}), timeout=60)
    executed = {
        id_[-1:]: [path for path in ("a/x.py", "b/x.py") if 2 in each.get(path, ())]
        for id_, each in found.tests.items()
    }
    assert executed == {"": [], "a": ["a/x.py"], "b": ["b/x.py"]}


HOSTILE = """import atexit, glob, os


def change():
    for path in glob.glob(os.path.join(os.path.dirname(os.getcwd()), "outbox", "*.xml")):
        if open(path).read(5) == '{"by"':
            {change}


atexit.register(change)
"""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("os.remove(path); os.mkfifo(path)", "FIFO"),
        ("os.remove(path); os.symlink('/etc/passwd', path)", "symbolic link"),
        ("open(path, 'w').write('{')", "cannot be read"),
        ("os.truncate(path, 2**40)", "over the limit"),
    ],
    ids=["fifo", "link", "cut", "huge"],
)
def test_a_record_that_the_tests_changed_is_read_carefully(workspace: Open, change: str, reason: str) -> None:
    files = {"calc.py": CALC, "test_calc.py": f"{HOSTILE.replace('{change}', change)}\n{UNITTEST}"}
    found = unittest_of().covered(workspace(files), timeout=60)
    assert found.tests == {}
    assert reason in found.partial[0]


def test_a_run_that_leaves_without_a_word_has_no_coverage_and_says_so(workspace: Open) -> None:
    lost = HOSTILE.replace("{change}", "os.remove(path)")
    found = unittest_of().covered(workspace({"calc.py": CALC, "test_calc.py": f"{lost}\n{UNITTEST}"}), timeout=60)
    assert (found.tests, "does not exist" in found.partial[0]) == ({}, True)
