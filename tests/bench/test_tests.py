"""The judge of delivered tests: another one than the one that chose them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.tests.functions import FUNCTIONS
from bench.tests.measure import failing_runs, measured, passing
from bench.tests.objects import OBJECTS
from bench.tests.project import made
from bench.tests.pull import fates
from bench.tests.pulls import FIRST
from bench.tests.pulls_held_out import HELD_OUT
from bench.tests.workbench import body_lines

PROJECT = made("one", "one.py", {"one.py": "def f(x):\n    if x > 3:\n        return 1\n    return 0\n"})
TABLE = """
import pytest
from one import f


@pytest.mark.parametrize(("x", "expected"), [(3, 0), pytest.param(4, 1, id="above")])
def test_f(x, expected):
    assert f(x) == expected
"""
CASES = """
import unittest
from one import f


class FTest(unittest.TestCase):
    def test_f(self):
        self.assertEqual(f(3), 0)
"""


def test_every_fault_on_a_boundary_is_noticed_by_a_table_over_both_sides() -> None:
    score = measured(PROJECT, TABLE, cosmic_python="")
    assert (score.tests, score.covered, score.lines) == (2, 3, 3)
    assert score.own[0] == score.own[1] > 5


def test_a_test_of_one_side_notices_less_and_reaches_less() -> None:
    score = measured(PROJECT, CASES, cosmic_python="")
    assert (score.covered, score.lines) == (2, 3)
    assert 0 < score.own[0] < score.own[1]


def test_tests_that_fail_without_a_fault_are_no_measure() -> None:
    with pytest.raises(AssertionError, match="fail where nothing was changed"):
        measured(PROJECT, TABLE.replace("(3, 0)", "(3, 1)"), cosmic_python="")


def test_tests_that_fail_without_a_fault_can_be_left_out() -> None:
    text = TABLE.replace("(3, 0), ", "(3, 1), ").replace("from one import f", "import one\nimport sys")
    kept, failing = passing(PROJECT, text.replace("assert f", 'assert sys.modules["one"].f'))
    assert (failing, "(3, 1)" in kept, 'pytest.param(4, 1, id="above")' in kept) == (1, False, True)


def test_a_test_that_depends_on_the_time_zone_is_red_in_some_runs() -> None:
    text = "import time\n\n\ndef test_zone():\n    assert time.timezone == 0\n"
    assert 0 < failing_runs(PROJECT, text, repeats=4) < 5


def test_our_projects_have_lines_to_test_and_say_what_cannot_be() -> None:
    projects = (*FUNCTIONS, *OBJECTS)
    assert len(projects) >= 12
    assert all(len(body_lines(project)) > 5 for project in projects)
    assert [project.name for project in projects if not project.is_testable] == ["files and network"]


def test_the_program_says_what_it_can_be_told() -> None:
    root = Path(__file__).parents[2]
    argv = [sys.executable, "-m", "bench.tests", "--help"]
    done = subprocess.run(argv, cwd=root, env={**os.environ}, capture_output=True, text=True, check=True)
    assert "--cosmic" in done.stdout


def test_a_test_is_run_by_itself_before_and_after_a_change() -> None:
    files = (
        "from shop import f\n\n\ndef test_f():\n    assert f(1) == 2\n",
        "from shop import g\n\n\ndef test_g():\n    assert g(1) == 1\n",
        "from shop import f\n\n\ndef test_none():\n    assert f(0) == 0\n",
    )
    before = fates(files, "def f(x):\n    return x\n")
    after = fates(files, "def f(x):\n    return x * 2\n\n\ndef g(x):\n    return x\n")
    assert [*before.values()] == ["failed", "error", "passed"]
    assert {*after.values()} == {"passed"}


def test_every_pull_request_changes_its_module_and_a_sixth_of_them_no_behaviour() -> None:
    pulls = (*FIRST, *HELD_OUT)
    assert len({pull.name for pull in pulls}) == len(pulls) == 24
    assert all(pull.before != pull.after and compile(pull.after, pull.name, "exec") for pull in pulls)
    assert [pull.kind for pull in pulls if not pull.changes] == ["refactoring"] * 4
