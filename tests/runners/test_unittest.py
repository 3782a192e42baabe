"""unittest under the user's Python, without pytest: all of it, exactly some of it, and what cannot be believed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_ci.core.conditions import Conditions
from agent_ci.core.report import Status
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.unittest import Unittest, read_command
from tests.red import RedRepository

Open = Callable[[Mapping[str, str]], Workspace]
SUITE = {
    "tests/__init__.py": "",
    "tests/test_a.py": (
        "import unittest\n\n\nclass A(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(1, 2)\n\n"
        "    def test_two(self):\n        pass\n\n\n"
        "class B(unittest.TestCase):\n    def test_one(self):\n        pass\n"
    ),
}


def runner(*arguments: str) -> Unittest:
    return Unittest(Interpreter(sys.executable, "3", "", (".",)), arguments)


def test_all_is_run_and_each_case_is_named_by_file_class_and_method(workspace: Open) -> None:
    report = runner().run(workspace(SUITE), timeout=60)
    assert report.statuses == {
        "tests/test_a.py::A::test_one": Status.FAILED,
        "tests/test_a.py::A::test_two": Status.PASSED,
        "tests/test_a.py::B::test_one": Status.PASSED,
    }
    assert (report.red[0].file, report.red[0].line, report.partial) == ("tests/test_a.py", 6, ())


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (("tests/test_a.py::A::test_one",), ("tests/test_a.py::A::test_one",)),
        (("tests/test_a.py::A",), ("tests/test_a.py::A::test_one", "tests/test_a.py::A::test_two")),
        (("tests/test_a.py::A::test_gone", "tests/none.py"), ()),
    ],
    ids=["a-test", "a-class", "what-is-not-here"],
)
def test_exactly_what_is_asked_for_is_run(workspace: Open, only: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert runner("discover", "-s", "tests", "-t", ".").run(workspace(SUITE), only=only, timeout=60).ids() == expected


def test_the_order_of_tests_can_be_changed(workspace: Open) -> None:
    body = "import unittest\n\n\nclass A(unittest.TestCase):\n    seen = []\n\n"
    body += "    def test_a(self):\n        self.seen += 'a'\n"
    body += "\n    def test_b(self):\n        self.assertEqual(self.seen, ['a'])\n"
    reports = [
        runner().run(workspace({"test_a.py": body}), timeout=60, conditions=Conditions(order=order)) for order in (0, 1)
    ]
    assert [report.tally.failed for report in reports] == [0, 1]


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("import os\nos._exit(0)\n", InfrastructureError, "left no report"),
        ("x = 1\n", UnsupportedError, "found no tests"),
        ("import time\ntime.sleep(60)\n", InfrastructureError, "did not finish within 5 s"),
    ],
    ids=["leaves-early", "no-tests", "hangs"],
)
def test_a_run_that_shows_nothing_is_never_green(
    workspace: Open, source: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        runner().run(workspace({"test_a.py": source}), timeout=5)


FORGER = (
    "import atexit, glob, os\n"
    "atexit.register(lambda: [open(p, 'w').write('<testsuite><testcase name=\"x\"/></testsuite>')"
    " for p in glob.glob(os.path.join(os.path.dirname(os.getcwd()), 'outbox', '*.xml'))])\n"
)


def test_a_report_that_is_changed_after_it_was_written_is_partial(workspace: Open) -> None:
    files = {"test_a.py": f"{FORGER}{SUITE['tests/test_a.py']}"}
    report = runner().run(workspace(files), timeout=60)
    assert (report.is_green, report.partial) == (False, ("the report was changed after unittest wrote it",))


def test_a_file_of_the_repository_does_not_stand_in_for_ours(workspace: Open) -> None:
    shadow = "import os\nos._exit(0)\n"
    files = {**SUITE, "run.py": shadow, "json.py": shadow, "agent_ci_unittest_kit/run.py": shadow}
    assert runner("tests.test_a").run(workspace(files), timeout=60).tally.failed == 1


def test_the_sources_are_imported_from_where_the_job_does(workspace: Open) -> None:
    files = {"src/calc.py": "def half(n):\n    return n // 2\n", "test_calc.py": CALC_TEST}
    found = Unittest(Interpreter(sys.executable, "3", "", ("src", ".")))
    assert found.run(workspace(files), timeout=60).is_green


def test_a_command_is_known_by_its_words() -> None:
    assert read_command(("python3.12", "-m", "unittest", "-v")) == ("", ("-v",))
    assert read_command((".venv/bin/python", "-m", "unittest")) == (".venv/bin/python", ())
    assert read_command(("python", "-m", "pytest")) is None


def test_a_red_suite_is_repaired(tmp_path: Path) -> None:
    files = {"requirements.txt": "", "calc.py": "def half(n):\n    return n // 3\n", "test_calc.py": CALC_TEST}
    reply = "--- a/calc.py\n+++ b/calc.py\n@@ -2,1 +2,1 @@\n-    return n // 3\n+    return n // 2\n"
    run = RedRepository.make(tmp_path, files).run(run=f"{sys.executable} -m unittest", replies=(reply,))
    assert run.outcome == "fixed", run.document["reason"]
    told = (run.out / "explanation.md").read_text(encoding="utf-8")
    assert f"pip install -r requirements.txt && {sys.executable} -m unittest\n" in told


CALC_TEST = (
    "import unittest\n\nfrom calc import half\n\n\nclass Half(unittest.TestCase):\n    def test_half(self):\n"
    "        self.assertEqual(half(4), 2)\n"
)
