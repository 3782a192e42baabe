"""What can be seen of a test by reading it: whether it asserts something, and what it leans on."""

from __future__ import annotations

from textwrap import dedent

import pytest

from agent_ci.core.worth import assertions, surroundings
from agent_ci.core.worth.bugs import frozen
from agent_ci.core.worth.tests_file import TestFunction, TestsFile

HEAD = """
import inspect, shop, sys
from inspect import getsource
from pathlib import Path
from sys import argv
import asyncio, time, random, uuid, requests, urllib.request
import datetime as dt
from datetime import date, datetime
from http import HTTPStatus
from unittest import mock, skip
from uuid import uuid4
import pytest, unittest
from shop import f, g, Cart

def check(x):
    assert x == 3

def log(x):
    print(x)
"""


def one(body: str, head: str = HEAD) -> tuple[TestFunction, TestsFile]:
    text = dedent(body) if "def test" in body else f"def test_it():\n{body and '    '}{body}\n"
    file = TestsFile.read(f"{head}\n{text}")
    assert file
    return file.tests[-1], file


@pytest.mark.parametrize(
    "body",
    [
        "f(1)",
        "log(f(1))",
        "assert True",
        "assert f(1) is not None",
        "assert f(1) != None",
        "assert isinstance(f(1), int)",
        "assert isinstance(f(1), int) and f(1) is not None",
        "assert f(1) or True",
        "assert callable(f)",
        "assert type(f(1)) is int",
        "assert f(1) == f(1)",
        "assert len(f(1)) >= 0",
        "assert (f(1) == 3, 'words')",
        "m = mock.Mock(); f(m); m.assert_called_once_with(1)",
        "m = mock.Mock(); f(m); assert m.call_count == 1",
        "with pytest.raises(Exception): f(1)",
        "with pytest.raises((ValueError, BaseException)): f(1)",
        "pytest.skip('x'); assert f(1) == 3",
        "np = pytest.importorskip('numpy'); assert f(1) == 3",
        "@pytest.mark.xfail\ndef test_it():\n    assert f(1) == 3",
        "@pytest.mark.skipif(True, reason='x')\ndef test_it():\n    assert f(1) == 3",
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.xfail)])\ndef test_it(x):\n    assert f(x)",
        "class TestA(unittest.TestCase):\n    def test_it(self):\n        self.assertIsNotNone(f(1))",
        "class TestA(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(True)",
        "@unittest.skip('x')\nclass TestA(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(f(1))",
        "def test_it():\n    try:\n        assert f(1) == 3\n    except Exception:\n        pass",
        "def test_it():\n    f(1)\n    return\n    assert f(1) == 3",
        "def test_it():\n    f(1)\n    if False:\n        assert f(1) == 3",
        "def test_it():\n    if True:\n        f(1)\n    else:\n        assert f(1) == 3",
        "def test_it():\n    while 0:\n        assert f(1) == 3",
        "def test_it():\n    for x in []:\n        assert f(x) == 3",
        "def test_it():\n    for x in range(0):\n        assert f(x) == 3",
        "def test_it():\n    with contextlib.suppress(AssertionError):\n        assert f(1) == 3",
        "@skip('x')\ndef test_it():\n    assert f(1) == 3",
    ],
)
def test_what_cannot_fail_in_a_way_that_means_something_is_no_test(body: str) -> None:
    test, file = one(body)
    assert assertions.objection(test, file.tree)


@pytest.mark.parametrize("mark", ["pytestmark = pytest.mark.skip", "pytestmark: list = [pytest.mark.skip]"])
def test_a_file_that_is_marked_as_skipped_has_no_test(mark: str) -> None:
    test, file = one("assert f(1) == 3", f"{HEAD}\n{mark}\n")
    assert "skipped" in assertions.objection(test, file.tree)


@pytest.mark.parametrize(
    "body",
    [
        "assert f(1) == 3",
        "assert f(1)",
        "assert not f(1)",
        "assert f(1) is None",
        "assert isinstance(f(1), int) and f(1) == 3",
        "check(f(1))",
        "with pytest.raises(ValueError): f(1)",
        "with pytest.raises(Exception, match='no'): f(1)",
        "m = mock.Mock(); f(m); m.assert_called_once(); assert f(1) == 3",
        "class TestA(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(f(1), 3)",
        "def test_it():\n    try:\n        f(1)\n    except ValueError as error:\n        assert str(error) == 'x'",
        "def test_it():\n    try:\n        assert f(1) == 3\n    finally:\n        g()",
        "def test_it():\n    for x in [1]:\n        if x:\n            assert f(x) == 3\n            return",
        "def test_it():\n    with contextlib.suppress(KeyError):\n        assert f(1) == 3",
        "def test_it():\n    while True:\n        assert f(1) == 3\n        break",
    ],
)
def test_what_says_something_is_one(body: str) -> None:
    test, file = one(body)
    assert assertions.objection(test, file.tree) == ""


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("time.sleep(1)", "waits (time.sleep)"),
        ("asyncio.run(asyncio.sleep(1))", "waits"),
        ("requests.get('x')", "network (requests)"),
        ("urllib.request.urlopen('x')", "network (urllib.request)"),
        ("assert HTTPStatus.OK == 200", ""),
        ("assert f(1) == 3", ""),
    ],
)
def test_what_waits_or_speaks_to_the_network_is_seen(body: str, word: str) -> None:
    test, file = one(body)
    assert word in surroundings.waits(test, file.tree)
    assert bool(word) is bool(surroundings.waits(test, file.tree))


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("assert f(dt.datetime.now()) == 3", "clock"),
        ("assert f(date.today()) == 3", "clock"),
        ("assert f(datetime.utcnow()) == 3", "clock"),
        ("assert f(time.time()) == 3", "clock"),
        ("assert f(random.random()) == 3", "chance"),
        ("assert f(uuid4()) == 3", "chance"),
        ("assert f(uuid.uuid4()) == 3", "chance"),
        ("random.seed(1); assert f(random.random()) == 3", ""),
        ("assert f(random.Random(3).random()) == 3", ""),
        ("assert f(datetime(2020, 1, 1)) == 3", ""),
        ("assert f('/home/ada/x') == 3", "folder"),
        ("assert f('C:\\\\Users\\\\x') == 3", "folder"),
        ("assert f('~/x') == 3", "folder"),
        ("assert f('/api/v1/users') == 3", ""),
        ("assert f('http://x') == 3", ""),
        ("assert 'x' in inspect.getsource(f)", "source"),
        ("assert 'x' in getsource(f)", "source"),
        ("assert f.__code__.co_argcount == 1", "compiled"),
        ("assert f(sys.argv) == 3", "command line"),
        ("assert f(argv) == 3", "command line"),
        ("assert 'x' in open('shop.py').read()", "file of the source (shop.py)"),
        ("assert 'x' in Path(shop.__file__).read_text()", "file of the source (__file__)"),
        ("assert f(open('data.txt').read()) == 3", ""),
        ("assert f('shop.py') == 3", ""),
        ("def test_it():\n" + "    assert f(1) == 3\n" * 130, "131 lines"),
    ],
)
def test_what_depends_on_when_and_where_it_runs_is_seen(body: str, word: str) -> None:
    test, file = one(body)
    assert word in surroundings.objection(test, file.tree)
    assert bool(word) is bool(surroundings.objection(test, file.tree))


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("assert nothing(1) == 3", "nothing"),
        ("assert f(1) == __file__", ""),
        ("for x in f(1):\n        assert x == 3", ""),
        ("assert [y for y in f(1)] == [3]", ""),
        ("def test_it(tmp_path):\n    import os\n    assert f(tmp_path, os) == 3", ""),
        ("assert (lambda z: z)(f(1)) == 3", ""),
        ("def test_it():\n    try:\n        f(1)\n    except ValueError as e:\n        assert str(e)", ""),
    ],
)
def test_names_that_nothing_binds_are_seen(body: str, missing: str) -> None:
    _, file = one(body)
    assert surroundings.unknown_names(file).get("test_it", "") == missing


def test_a_star_import_hides_every_name() -> None:
    _, file = one("assert f(1) == 3", "from shop import *\n")
    assert surroundings.unknown_names(file) == {"test_it": "*"}


MODULE = '''
def f(x):
    """Twice.

    >>> f(2)
    4
    >>> f("a")
    'aa'
    """
    if x is None:
        raise KeyError("none")
    return x * 2


class Cart:
    def get(self, name):
        return self.items[name]
'''


@pytest.mark.parametrize(
    ("body", "function"),
    [
        ("with pytest.raises(TypeError): f({})", "f"),
        ("with pytest.raises((ValueError, AttributeError)): Cart().get(1)", "Cart.get"),
        ("assert f(2) == 5", "f"),
        ("assert 'ab' == f('a')", "f"),
    ],
)
def test_a_test_that_would_freeze_a_mistake_is_told_as_a_possible_bug(body: str, function: str) -> None:
    test, _ = one(body)
    bug = frozen(test, "shop.py", MODULE)
    assert bug
    assert (bug.path, bug.function) == ("shop.py", function)
    assert bug.reproducer.startswith(function.partition(".")[0])


@pytest.mark.parametrize(
    "body",
    [
        "with pytest.raises(KeyError): f(None)",
        "with pytest.raises(ValueError): f(None)",
        "assert f(2) == 4",
        "assert f(3) == 6",
        "assert f(2) == f(2)",
    ],
)
def test_what_is_raised_on_purpose_and_what_examples_say_is_no_bug(body: str) -> None:
    test, _ = one(body)
    assert frozen(test, "shop.py", MODULE) is None
