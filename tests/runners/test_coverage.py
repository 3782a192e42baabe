"""Which lines each test of a real pytest and unittest executes, by every mechanism of Python and in hostile hands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.frameworks.cargo import Cargo
from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.go import Go
from agent_ci.core.frameworks.javascript import Jest, Mocha, Vitest
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Covering, Workspace
from agent_ci.runners.coverage import one_by_one
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.runners.several import Several
from agent_ci.runners.unittest import Unittest
from bench.selectors.ecosystem import MissingToolError
from bench.selectors.javascript import prepare
from tests.frameworks.fixing import needs

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


@cache
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


OWN = "sys.monitoring" if sys.version_info >= (3, 12) else "coverage.py" if find_spec("coverage") else "sys.settrace"


@pytest.mark.parametrize(
    ("python", "expected"),
    [(newer_python, "sys.monitoring"), (lambda: sys.executable, OWN)],
    ids=["monitoring", "this-python"],
)
def test_each_test_has_the_lines_that_it_executed_its_threads_included(
    workspace: Open, python: Callable[[], str], expected: str
) -> None:
    opened = workspace({"calc.py": CALC, "test_calc.py": UNITTEST})
    found = unittest_of(python()).covered(opened, timeout=60)
    assert mechanism(opened) == expected
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
    assert plain(found, "calc.py") == {IMPORTS: {1, 4, 10, 13, 18}, ids[0]: {5, 6}, ids[1]: {10}, ids[2]: {10}}
    assert found.tests[ids[0]]["tests/test_calc.py"] == {7, 17}
    asked = plainly().covered(opened, (ids[1],), timeout=60)
    assert plain(asked, "calc.py") == {IMPORTS: {1, 4, 10, 13, 18}, ids[1]: {10}}


def plainly() -> Pytest:
    """It starts in half the time: no plugin is loaded, and no assertion is rewritten."""
    return pytest_of("--assert=plain", "-p", "no:xdist")


def test_exactly_what_is_asked_for_is_covered(workspace: Open) -> None:
    opened = workspace({"calc.py": CALC, "test_calc.py": UNITTEST})
    for runner in (plainly(), unittest_of()):
        assert isinstance(runner, Covering)
        found = runner.covered(opened, ("test_calc.py::A::test_big",), timeout=60)
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
    found = unittest_of().covered(opened, timeout=60)
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


def test_a_record_that_names_other_files_tells_of_none_of_them(workspace: Open) -> None:
    sets = '[["../x.py", [1]], ["/etc/passwd", [1]], [".git/config", [1]], ["gone.py", [1]]]'
    change = f'open(path, \'w\').write(\'{{"sets": {sets}, "tests": {{"t": [0, 1, 2, 3]}}}}\')'
    files = {"calc.py": CALC, "test_calc.py": f"{HOSTILE.replace('{change}', change)}\n{UNITTEST}", ".git/config": "x"}
    found = unittest_of().covered(workspace(files), timeout=60)
    assert found.tests == {"t": {}}


def test_a_run_that_leaves_without_a_word_has_no_coverage_and_says_so(workspace: Open) -> None:
    lost = HOSTILE.replace("{change}", "os.remove(path)")
    found = unittest_of().covered(workspace({"calc.py": CALC, "test_calc.py": f"{lost}\n{UNITTEST}"}), timeout=60)
    assert (found.tests, "does not exist" in found.partial[0]) == ({}, True)


GO = {
    "go.mod": "module example.com/m\n\ngo 1.19\n",
    "calc/calc.go": "package calc\n\nfunc Half(n int) int {\n\tif n > 3 {\n\t\treturn n / 2\n\t}\n\treturn n\n}\n",
    "use/use.go": 'package use\n\nimport "example.com/m/calc"\n\nfunc Use(n int) int {\n\treturn calc.Half(n)\n}\n',
    "use/use_test.go": 'package use\n\nimport "testing"\n\nfunc TestBig(t *testing.T) {\n\tif Use(4) != 2 {\n'
    "\t\tt.Fail()\n\t}\n}\n\nfunc TestSmall(t *testing.T) {\n\tUse(1)\n}\n",
}


def of_framework(framework: Framework, checkout: Path = Path("/nowhere"), folder: str = "") -> FrameworkRunner:
    return FrameworkRunner(framework, folder, checkout, dict(os.environ))


def test_go_counts_the_lines_of_every_package_for_each_test(workspace: Open) -> None:
    needs("go")
    ids = tuple(f"example.com/m/use::Test{name}" for name in ("Big", "Small"))
    found = of_framework(Go()).covered(workspace(GO), ids, timeout=300)
    assert plain(found, "calc/calc.go") == {ids[0]: {3, 4, 5, 6}, ids[1]: {3, 4, 7}}
    assert found.partial == ()


CALC_JS = """// é 😀 what is translated has other lines
function half(n) {
    if (n > 3) { return n / 2 }


    return n;
}
const one = () => 1;
module.exports = { half, one };
"""
TEST_JS = """const { half, one } = require('../src/calc');
EXPECT
describe('calc', () => {
  it('is (half)', () => { expect(half(4)).toBe(2); });
  it('is one', () => { expect(one() + half(1)).toBe(2); });
});
"""
EXPECT = {
    "jest": "",
    "mocha": "const expect = (is) => ({ toBe: (n) => { if (is !== n) throw new Error(`${is} is no ${n}`); } });",
    "vitest": "import { describe, expect, it } from 'vitest';",
}


@pytest.mark.parametrize("framework", [Jest(), Mocha(), Vitest()], ids=lambda framework: framework.name)
def test_node_counts_the_lines_of_each_test_and_those_that_are_imported(
    workspace: Open, tmp_path: Path, framework: Framework
) -> None:
    name = framework.name
    files = {"package.json": "{}", "src/calc.js": CALC_JS, "test/calc.test.js": TEST_JS.replace("EXPECT", EXPECT[name])}
    if name == "vitest":
        imported = {"const { half, one } = require('../src/calc')": "import { half, one } from '../src/calc'"}
        for old, new in {"module.exports =": "export", **imported}.items():
            files = {path: text.replace(old, new) for path, text in files.items()}
    installed(tmp_path)
    between = " > " if name == "vitest" else " "
    executed = {"is (half)": {2, 3}} if name == "mocha" else {"is one": {2, 3, 6, 8}}
    lines = {f"test/calc.test.js::calc{between}{title}": numbers for title, numbers in executed.items()}
    found = of_framework(framework, tmp_path).covered(workspace(files), tuple(lines), timeout=300)
    imports = {8} if name == "vitest" else {8, 9}  # what it exports is told in another way
    assert (plain(found, "src/calc.js"), found.partial) == ({**lines, IMPORTS: imports}, ())
    assert all(set(found.tests[id_]) == {"src/calc.js", "test/calc.test.js"} for id_ in lines)


def installed(checkout: Path) -> None:
    try:
        prepare(checkout)
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")


def test_of_a_framework_that_cannot_tell_it_is_said_and_the_others_are_told(workspace: Open) -> None:
    cargo = of_framework(Cargo())
    with pytest.raises(UnsupportedError, match="a test of cargo"):
        cargo.covered(workspace({}), timeout=60)
    several = Several((cargo, unittest_of()), {"test_calc.py::A::test_big": unittest_of(), "a::b": cargo})
    found = several.covered(workspace({"calc.py": CALC, "test_calc.py": UNITTEST}), timeout=60)
    assert (len(found.tests), found.partial) == (5, ("which lines a test of cargo executes cannot be told here",))
    with pytest.raises(UnsupportedError, match="a test of cargo"):
        several.covered(workspace({}), ("a::b",), timeout=60)


def test_a_test_that_is_not_there_has_no_lines_and_is_told_of() -> None:
    def cover(id_: str) -> tuple[TestReport, Coverage]:
        return TestReport.of(TestCase("works", Status.PASSED)), Coverage({id_: {}})

    found = one_by_one(("works", "gone"), cover, Deadline.after(60))
    assert found == Coverage({"works": {}}, ("gone was asked for and did not run",))


def test_one_test_that_leaves_no_report_costs_its_own_lines_alone() -> None:
    def cover(id_: str) -> tuple[TestReport, Coverage]:
        if id_ == "exits":
            raise UnsupportedError("jest left no report")
        return TestReport.of(TestCase(id_, Status.PASSED)), Coverage({id_: {}})

    found = one_by_one(("works", "exits", "also"), cover, Deadline.after(60))
    assert found == Coverage({"works": {}, "also": {}}, ("jest left no report",))
    with pytest.raises(UnsupportedError, match="left no report"):
        one_by_one(("exits",), cover, Deadline.after(60))


def test_one_test_that_hangs_costs_its_own_lines_and_what_the_time_takes_is_said() -> None:
    def cover(id_: str) -> tuple[TestReport, Coverage]:
        if id_ == "hangs":
            time.sleep(0.1)
            raise InfrastructureError("the tests did not finish within 0 s")
        return TestReport.of(TestCase(id_, Status.PASSED)), Coverage({id_: {"a.py": frozenset({1})}})

    found = one_by_one(("works", "hangs", "late"), cover, Deadline.after(0.05))
    assert set(found.tests) == {"works"}
    assert found.partial == ("the tests did not finish within 0 s", "time ran out before late was run")
    with pytest.raises(InfrastructureError, match="did not finish"):
        one_by_one(("hangs",), cover, Deadline.after(0.05))
