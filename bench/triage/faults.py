"""Small repositories whose own code is wrong, in the change that is judged or in its base already."""

from __future__ import annotations

from collections.abc import Mapping

from bench.triage.seeded import BUG, REPAIR, RIGHT, TEST, Case


def _bug(files: Mapping[str, str], why: str, **more: object) -> Case:
    return Case("bug", REPAIR, why, files, **more)  # type: ignore[arg-type]


FAULTS: dict[str, Case] = {
    # the code's own fault
    "assertion": _bug(BUG, "the sum is a difference"),
    "exception": _bug(
        {
            "calc.py": "def first(items):\n    return items[1]\n",
            "test_it.py": "from calc import first" + TEST + "assert first([1]) == 1\n",
        },
        "the index is off by one",
    ),
    "wrong import": _bug(
        {"calc.py": "from math import squareroot\n", "test_it.py": "import calc" + TEST + "assert calc\n"},
        "math has no such name in any environment",
    ),
    "syntax error": _bug(
        {"calc.py": "def add(a, b)\n    return a + b\n", "test_it.py": BUG["test_it.py"]}, "a colon is missing"
    ),
    "missing own module": _bug(
        {"calc.py": "import helpers\n", "test_it.py": "import calc" + TEST + "assert calc\n"},
        "no manifest declares it: the repository itself lacks it",
    ),
    "fixture error": _bug(
        {
            "calc.py": "def connect():\n    return {}['x']\n",
            "test_it.py": """\
import pytest
from calc import connect


@pytest.fixture
def link():
    return connect()


def test_it(link):
    assert link
""",
        },
        "the fixture calls code that is wrong",
    ),
    "two causes": _bug(
        {
            "calc.py": "def add(a, b):\n    return a - b\n\n\ndef half(a):\n    return a // 3\n",
            "test_it.py": """\
from calc import add, half


def test_a():
    assert add(1, 2) == 3


def test_b():
    assert half(4) == 2
""",
        },
        "both are wrong in every run",
    ),
    "recursion": _bug(
        {
            "calc.py": "def down(n):\n    return down(n - 1)\n",
            "test_it.py": "from calc import down" + TEST + "assert down(3) == 0\n",
        },
        "it never ends, everywhere",
    ),
    "calendar arithmetic": _bug(
        {
            "calc.py": """\
import datetime


def days(year):
    return (datetime.date(year, 12, 31) - datetime.date(year, 1, 1)).days
""",
            "test_it.py": "from calc import days" + TEST + "assert days(2024) == 366\n",
        },
        "it speaks of dates and never asks for today's",
    ),
    "time is asked and does not matter": _bug(
        {
            "calc.py": "import time\n\n\ndef stamp():\n    return {'at': time.time(), 'kind': 'stmap'}\n",
            "test_it.py": "from calc import stamp" + TEST + "assert stamp()['kind'] == 'stamp'\n",
        },
        "the clock is read, and the typo is there at any time",
    ),
    "a missing file of its own": _bug(
        {
            "calc.py": "def load():\n    return open('data/prices.txt').read()\n",
            "test_it.py": "from calc import load" + TEST + "assert load()\n",
        },
        "the repository names a file that it does not have",
    ),
    "an error that is claimed": _bug(
        {
            "calc.py": "def fetch(get):\n    return get()\n",
            "test_it.py": """\
import pytest
from calc import fetch


def refuse():
    raise ConnectionRefusedError


def test_it():
    assert fetch(lambda: refuse and None) == 'offline'
""",
        },
        "it is about the network and does not touch it",
    ),
    "caused by the change": _bug(BUG, "the base is green", base=RIGHT, given={"base": "main"}),
    "caused by the pull request": _bug(BUG, "its base is green", base=RIGHT, event="pull_request"),
    "a program that the change asks for": _bug(
        {"test_it.py": "import subprocess" + TEST + "subprocess.run(['no-such-tool-here'], check=True)\n"},
        "the base does not need the program, so the change is to blame",
        base=RIGHT,
        given={"base": "main"},
    ),
    "a bug beside a flaky test": _bug(
        {**BUG, "test_other.py": "import os\n\n\ndef test_other():\n    assert os.urandom(1)[0] % 2\n"},
        "the steady failure is a bug, whatever the other one does",
    ),
    "red on the default branch": Case(
        "base red",
        REPAIR,
        "on the default branch itself the build is to be repaired",
        {**BUG, "new.py": "x = 1\n"},
        base=BUG,
        event="push",
    ),
    # whoever is to blame, it is not this change
    "red base, option": Case(
        "base red",
        "base_red",
        "the base fails in the same way",
        {**BUG, "new.py": "x = 1\n"},
        base=BUG,
        given={"base": "main"},
    ),
    "red base, pull request": Case(
        "base red",
        "base_red",
        "its base fails in the same way",
        {**BUG, "new.py": "x = 1\n"},
        base=BUG,
        event="pull_request",
    ),
    "red base, another file changed": Case(
        "base red",
        "base_red",
        "the base fails in the same way",
        {**BUG, "README.md": "more\n"},
        base={**BUG, "README.md": "x\n"},
        given={"base": "main"},
    ),
    "red base, an import error": Case(
        "base red",
        "base_red",
        "the base cannot be imported either",
        {
            "calc.py": "from math import squareroot\n",
            "test_it.py": "import calc" + TEST + "assert calc\n",
            "b.py": "\n",
        },
        base={"calc.py": "from math import squareroot\n", "test_it.py": "import calc" + TEST + "assert calc\n"},
        event="pull_request",
    ),
}
