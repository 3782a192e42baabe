"""Tests in Python that are hard to select: parameters of every kind, classes in classes, fixtures that break."""

from __future__ import annotations

import sys
from pathlib import Path

from agent_ci.ports import Runner
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.runners.unittest import Unittest
from bench.selectors.ecosystem import Ecosystem

_PYTEST = """import pytest

NAMES = ["two words", "a/b::c", "[1]", "$HOME*", "it's", "grüße", "two\\nlines", "--co", "`id`", "x-y", ""]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [1, 2])
def test_names(name, n):
    assert n == 2


class TestOuter:
    class TestInner:
        def test_same(self):
            assert 0

    def test_same(self):
        pass


@pytest.fixture
def broken():
    raise KeyError("no")


def test_set_up(broken):
    pass
"""
_UNITTEST = """import unittest


class TestSums(unittest.TestCase):
    def test_add(self):
        self.assertEqual(1 + 1, 3, "<&\\x00 \\x1b[31m")

    def test_add_too(self):
        pass

    def test_grüße(self):
        self.fail("grüße")

    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)

    @unittest.expectedFailure
    def test_expected(self):
        pass

    @unittest.skip("later")
    def test_left_out(self):
        self.fail()


class TestBroken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise KeyError("no")

    def test_add(self):
        pass
"""


def _runner(kind: type[Pytest | Unittest]) -> Runner:
    version = ".".join(map(str, sys.version_info[:3]))
    return kind(Interpreter(sys.executable, version, "", (".",)))


def _pytest(_checkout: Path) -> Runner:
    return _runner(Pytest)


def _unittest(_checkout: Path) -> Runner:
    return _runner(Unittest)


_IDS = ("two words", "a/b::c", "[1]", "$HOME*", "it's", "gr\\xfc\\xdfe", "two\\nlines", "--co", "`id`", "x-y", "")
PYTEST = Ecosystem(
    "pytest",
    {"tests/test_a.py": _PYTEST, "tests/test_gone.py": "import no_such_module\n", "conftest.py": ""},
    (
        *(f"tests/test_a.py::test_names[1-{name}]" for name in _IDS),
        "tests/test_a.py::TestOuter::TestInner::test_same",
        "tests/test_a.py::test_set_up",
        "tests/test_gone.py",
    ),
    _pytest,
    programs=(),
    version=(sys.executable, "-m", "pytest", "--version"),
)
UNITTEST = Ecosystem(
    "unittest",
    {"tests/__init__.py": "", "tests/test_a.py": _UNITTEST, "tests/test_gone.py": "import no_such_module\n"},
    (
        "tests/test_a.py::TestSums::test_add",
        "tests/test_a.py::TestSums::test_grüße",
        "tests/test_a.py::TestSums::test_parts",
        "tests/test_a.py::TestSums::test_expected",
        "tests/test_a.py::TestBroken",
        "tests/test_gone.py",
    ),
    _unittest,
    programs=(),
    version=(sys.executable, "--version"),
)
