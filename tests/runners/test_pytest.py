from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_ci.core.report import Status, TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Command, Completed, Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest, read_command

Open = Callable[[Mapping[str, str]], Workspace]
SUITE = {
    "pkg/__init__.py": "",
    "tests/test_a.py": (
        "import pytest, unittest\n\n"
        "class TestC:\n    class TestD:\n        def test_m(self):\n            assert 0\n\n"
        "@pytest.mark.parametrize('x', ['a/b::c', 'd e', '[1]'])\ndef test_p(x):\n    assert x == 'd e'\n\n"
        "class U(unittest.TestCase):\n    def test_u(self):\n        self.assertTrue(True)\n\n"
        "@pytest.fixture\ndef broken():\n    raise KeyError('x')\n\n"
        "def test_setup(broken):\n    pass\n\n"
        "@pytest.mark.skip\ndef test_s():\n    pass\n"
    ),
    "tests/deep/test_a.py": "def test_same_name():\n    pass\n",
    "tests/test_broken.py": "import no_such_module\n",
    "pytest.ini": "[pytest]\naddopts = -x -q --tb=no\n",
    "tests/deep/__init__.py": "",
}


def runner(*arguments: str) -> Pytest:
    return Pytest(Interpreter(sys.executable, "3", "9", ("src", ".")), arguments)


def test_the_whole_suite_is_run_and_each_case_is_named_by_its_node_id(workspace: Open) -> None:
    report = runner().run(workspace(SUITE), timeout=60)
    assert report.statuses == {
        "tests/test_a.py::TestC::TestD::test_m": Status.FAILED,
        "tests/test_a.py::test_p[a/b::c]": Status.FAILED,
        "tests/test_a.py::test_p[d e]": Status.PASSED,
        "tests/test_a.py::test_p[[1]]": Status.FAILED,
        "tests/test_a.py::U::test_u": Status.PASSED,
        "tests/test_a.py::test_setup": Status.ERRORED,
        "tests/test_a.py::test_s": Status.SKIPPED,
        "tests/deep/test_a.py::test_same_name": Status.PASSED,
        "tests/test_broken.py": Status.ERRORED,
    }


@pytest.mark.parametrize(
    "ids",
    [
        ("tests/test_a.py::TestC::TestD::test_m",),
        ("tests/test_a.py::test_p[a/b::c]", "tests/test_a.py::test_p[[1]]"),
        ("tests/deep/test_a.py::test_same_name", "tests/test_a.py::U::test_u"),
        ("tests/test_broken.py",),
    ],
    ids=["nested-class", "odd-parameters", "two-files", "file-that-cannot-be-imported"],
)
def test_exactly_the_cases_asked_for_are_run(workspace: Open, ids: tuple[str, ...]) -> None:
    report = runner("tests").run(workspace(SUITE), only=ids, timeout=60)
    assert (report.ids(), report.partial) == (tuple(sorted(ids)), ())


def test_a_case_that_does_not_exist_here_is_left_out(workspace: Open) -> None:
    here, gone = "tests/deep/test_a.py::test_same_name", "tests/deep/test_a.py::test_gone"
    assert runner().run(workspace(SUITE), only=(here, gone, "tests/none.py::test_x"), timeout=60).ids() == (here,)
    assert runner().run(workspace(SUITE), only=(gone,), timeout=60).ids() == ()
    assert runner().run(workspace(SUITE), only=("tests/none.py::test_x",), timeout=60).ids() == ()


@dataclass(frozen=True)
class Watched:
    """A workspace that keeps the limits of time of what is run in it."""

    inner: Workspace
    limits: list[float]

    @property
    def root(self) -> Path:
        return self.inner.root

    @property
    def outbox(self) -> Path:
        return self.inner.outbox

    def run(self, command: Command) -> Completed:
        self.limits.append(command.timeout)
        return self.inner.run(command)


def test_what_is_asked_again_without_a_case_that_is_gone_has_the_time_that_is_left(workspace: Open) -> None:
    here, gone = "test_a.py::test_here", "test_a.py::test_gone"
    watched = Watched(workspace({"test_a.py": "def test_here():\n    pass\n"}), [])
    assert runner().run(watched, only=(here, gone), timeout=60).ids() == (here,)
    first, second = watched.limits
    assert second < first <= 60


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("import os\nos._exit(0)\n", InfrastructureError, "left no report"),
        ("x = 1\n", UnsupportedError, "found no tests"),
        ("import time\ndef test_it():\n    time.sleep(60)\n", InfrastructureError, "did not finish within 3 s"),
    ],
    ids=["exits", "empty", "hangs"],
)
def test_a_run_without_a_report_is_never_green(
    workspace: Open, source: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        runner().run(workspace({"test_it.py": source}), timeout=3)


def test_a_suite_that_selects_more_than_was_asked_for_is_refused(workspace: Open) -> None:
    greedy = (
        "def pytest_collection_modifyitems(session, config, items):\n"
        "    items[:] = list(session.perform_collect(['test_it.py'], genitems=True)) if not hasattr(config, 'x') "
        "and not setattr(config, 'x', 1) else items\n"
    )
    files = {"conftest.py": greedy, "test_it.py": "def test_a():\n    pass\n\ndef test_b():\n    pass\n"}
    with pytest.raises(InfrastructureError, match=r"also ran test_it\.py::test_b"):
        runner().run(workspace(files), only=("test_it.py::test_a",), timeout=60)


def test_a_case_that_was_asked_for_and_deselected_makes_the_report_partial(workspace: Open) -> None:
    files = {
        "conftest.py": (
            "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if i.name != 'test_a']\n"
        ),
        "test_it.py": "def test_a():\n    pass\n\ndef test_b():\n    pass\n",
    }
    ids = ("test_it.py::test_a", "test_it.py::test_b")
    assert not runner().run(workspace(files), only=ids, timeout=60).is_green


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("pytest", "-q"), ("", ("-q",))),
        (("python", "-m", "pytest", "tests"), ("", ("tests",))),
        ((".venv/bin/python", "-m", "pytest"), (".venv/bin/python", ())),
        (("uv", "run", "pytest", "-x"), ("", ("-x",))),
        (("poetry", "run", "python3", "-m", "pytest"), ("", ())),
        (("/opt/venv/bin/pytest",), ("", ())),
        (("make", "test"), None),
        (("python", "-m", "unittest"), None),
        (("tox",), None),
        ((), None),
    ],
)
def test_a_command_is_known_as_pytest(words: tuple[str, ...], expected: object) -> None:
    assert read_command(words) == expected


def test_the_paths_of_the_users_command_are_collected_and_not_added_to_a_selection(workspace: Open) -> None:
    asked = runner("-k", "test_same_name or test_u", "tests")
    both = ("tests/deep/test_a.py::test_same_name", "tests/test_a.py::U::test_u")
    assert asked.run(workspace(SUITE), timeout=60).ids(Status.PASSED) == both
    assert asked.run(workspace(SUITE), only=both[:1], timeout=60).ids() == both[:1]


def test_tests_that_a_limit_ended_are_infrastructure_and_not_red(cramped: Open) -> None:
    code = "import time\n\ndef test_big():\n    open('big', 'wb').write(b'x' * 2_000_000)\n    time.sleep(30)\n"
    with pytest.raises(InfrastructureError, match="the tests were ended: its files took"):
        runner().run(cramped({"test_big.py": code}), timeout=60)


SERVICES = {
    "services/a/pyproject.toml": "[project]\nname = 'a'\n",
    "services/a/src/app/__init__.py": "def half(n):\n    return n // 2\n",
    "services/a/tests/test_half.py": (
        "from app import half\n\n"
        "def test_it():\n    assert half(4) == 2\n\n"
        "def test_where():\n    assert open('tests/data').read() == 'x'\n\n"
        "def test_wrong():\n    assert half(3) == 1.5\n"
    ),
    "services/a/tests/data": "x",
}
TESTS = "services/a/tests/test_half.py"


def in_folder(folder: str) -> Pytest:
    return Pytest(Interpreter(sys.executable, "3", "9", ("services/a/src", "services/a")), folder=folder)


@pytest.mark.parametrize("folder", ["services/a", "services", ""])
def test_a_project_in_a_folder_is_run_there_and_named_from_the_root(workspace: Open, folder: str) -> None:
    there, runs = workspace(SERVICES), in_folder(folder)
    whole = runs.run(there, timeout=60)
    where = Status.PASSED if folder == "services/a" else Status.FAILED
    wanted = {"test_it": Status.PASSED, "test_where": where, "test_wrong": Status.FAILED}
    assert whole.statuses == {f"{TESTS}::{name}": status for name, status in wanted.items()}
    assert (whole.partial, {case.file for case in whole.cases}) == ((), {TESTS})
    one = runs.run(there, only=(f"{TESTS}::test_wrong", "other/test_b.py::test_it"), timeout=60)
    assert (one.ids(), one.partial) == ((f"{TESTS}::test_wrong",), ())


def test_lines_of_a_test_in_a_folder_are_told_of_its_id(workspace: Open) -> None:
    found = in_folder("services/a").covered(workspace(SERVICES), (f"{TESTS}::test_it",), timeout=60)
    assert found.tests[f"{TESTS}::test_it"]["services/a/src/app/__init__.py"] == {2}


def test_a_test_of_another_folder_is_none_of_its_own(workspace: Open) -> None:
    elsewhere = workspace({"services/ab/test_a.py": "def test_it():\n    pass\n", "services/a/b.py": ""})
    assert in_folder("services/a").run(elsewhere, only=("services/ab/test_a.py",), timeout=60) == TestReport()
