"""Whole searches on small red repositories, judged by a real pytest run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

from agent_ci.core.run import Evidence, Reply
from agent_ci.proposers.search.proposer import Search


class RedRepository(Protocol):
    """What the fixture makes."""

    folder: Path

    def search(self, *, seconds: float = 40.0, **toolchain: str) -> tuple[list[Reply], str]: ...
    def search_with(self, evidence: Evidence, *, search: Search = ...) -> tuple[list[Reply], str]: ...
    def evidence(self) -> Evidence: ...
    def apply(self, reply: Reply) -> None: ...
    def pytest(self) -> subprocess.CompletedProcess[str]: ...


Make = Callable[[Mapping[str, str]], RedRepository]

BISECT = dedent(
    '''
    """Searching."""


    def bisect_left(items, x):
        lo, hi = 0, len(items)
        while lo < hi:
            mid = (lo + hi) // 2
            if items[mid] <= x:  # the fault
                lo = mid + 1
            else:
                hi = mid
        return lo
    '''
).lstrip()
BISECT_TEST = dedent(
    """
    import pytest
    from pkg.find import bisect_left

    @pytest.mark.parametrize(("x", "place"), [(1, 0), (2, 1), (3, 3), (9, 4)])
    def test_place(x, place):
        assert bisect_left([1, 2, 2, 3], x) == place
    """
)

REPAIRABLE = {
    "a comparison in a loop that other edits make endless": (
        {"pkg/__init__.py": "", "pkg/find.py": BISECT, "tests/test_find.py": BISECT_TEST},
        "+        if items[mid] < x:  # the fault\n",
    ),
    "a constant outside functions": (
        {
            "limits.py": "LIMIT = 11\n\n\ndef clamp(x):\n    return min(x, LIMIT)\n",
            "test_limits.py": "from limits import clamp\ndef test_big():\n    assert clamp(20) == 10\n"
            "def test_small():\n    assert clamp(2) == 2\n",
        },
        "+LIMIT = 10\n",
    ),
    "a file that cannot be imported": (
        {
            "shop.py": "from decimals import Decimal\n\n\ndef price(x):\n    return Decimal(x)\n",
            "test_shop.py": "from shop import price\ndef test_price():\n    assert price('1') == 1\n",
        },
        "+from decimal import Decimal\n",
    ),
    "a forgotten import": (
        {
            "dump.py": '"""Dumps."""\n\n\ndef dump(x):\n    return json.dumps(x)\n',
            "test_dump.py": "from dump import dump\ndef test_dump():\n    assert dump([1]) == '[1]'\n",
        },
        "+import json\n",
    ),
    "a method of a unittest case, under a property and a decorator": (
        {
            "shape.py": dedent(
                """
                import functools

                def logged(function):
                    @functools.wraps(function)
                    def wrapper(*args):
                        return function(*args)
                    return wrapper

                class Box:
                    def __init__(self, width, height):
                        self.width = width
                        self.height = height

                    @property
                    @logged
                    def area(self):
                        return self.width + self.height
                """
            ),
            "test_shape.py": dedent(
                """
                import unittest
                from shape import Box

                class BoxTest(unittest.TestCase):
                    def test_area(self):
                        self.assertEqual(Box(3, 4).area, 12)

                    def test_two(self):
                        self.assertEqual(Box(2, 2).area, 4)
                """
            ),
        },
        "+        return self.width * self.height\n",
    ),
    "a default value": (
        {
            "tag.py": "def tag(text, sep=','):\n    return sep.join(text)\n",
            "test_tag.py": "from tag import tag\ndef test_tag():\n    assert tag('ab') == 'a;b'\n"
            "def test_own():\n    assert tag('ab', '-') == 'a-b'\n",
        },
        "+def tag(text, sep=';'):\n",
    ),
    "two places of one function": (
        {
            "ends.py": "def ends(numbers):\n    least = most = numbers[0]\n    for number in numbers:\n"
            "        if number > least:\n            least = number\n        if number < most:\n"
            "            most = number\n    return {'least': least, 'most': most}\n",
            "test_ends.py": "import pytest\nfrom ends import ends\n"
            "@pytest.mark.parametrize('numbers', [(2, 1, 3), (5,), (4, 9, -2, 0)])\n"
            "def test_least(numbers):\n    assert ends(numbers)['least'] == min(numbers)\n"
            "@pytest.mark.parametrize('numbers', [(2, 1, 3), (5,), (4, 9, -2, 0)])\n"
            "def test_most(numbers):\n    assert ends(numbers)['most'] == max(numbers)\n",
        },
        "+        if number < least:\n",
    ),
    "two functions": (
        {
            "box.py": "def area(width, height):\n    return width + height\n\n\n"
            "def edge(width, height):\n    return 2 * (width - height)\n",
            "test_box.py": "from box import area, edge\n"
            "def test_area():\n    assert area(3, 4) == 12\ndef test_square():\n    assert area(5, 5) == 25\n"
            "def test_edge():\n    assert edge(3, 4) == 14\ndef test_even():\n    assert edge(1, 1) == 4\n",
        },
        "+    return width * height\n",
    ),
    "a program that the test starts": (
        {
            "app.py": "import sys\n\n\ndef total(numbers):\n    return sum(numbers) + 1\n\n\n"
            "if __name__ == '__main__':\n    print(total(map(int, sys.argv[1:])))\n",
            "test_app.py": "import subprocess, sys\nfrom app import total\n"
            "def test_program():\n    assert subprocess.check_output([sys.executable, 'app.py', '1', '2']) == b'3\\n'\n"
            "def test_total():\n    assert total([1, 2]) == 3\n",
        },
        "+    return sum(numbers)\n",
    ),
}


@pytest.mark.parametrize(("files", "expected"), REPAIRABLE.values(), ids=REPAIRABLE.keys())
def test_the_first_offer_turns_the_real_run_green(red_repository: Make, files: dict[str, str], expected: str) -> None:
    repository = red_repository(files)
    replies, summary = repository.search()
    assert replies, summary
    repository.apply(replies[0])
    done = repository.pytest()
    assert done.returncode == 0, done.stdout
    assert expected in replies[0].text
    assert re.match(r"tried \d+ candidates in [\d.]+ s \(found\)\n\n--- a/", replies[0].text)


def test_lines_of_the_base_are_brought_back_where_no_operator_would_make_them(red_repository: Make) -> None:
    step = "    if text.startswith('-') and text[1:].isdigit():\n        return -int(text[1:])\n"
    before = f"def read(text):\n{step}    return int(text) if text.isdigit() else None\n"
    tests = ("read('-3') == -3", "read('-x') is None", "read('7') == 7", "read('-12') == -12")
    cases = "".join(f"def test_{number}():\n    assert {test}\n" for number, test in enumerate(tests))
    files = {"reading.py": before.replace(step, ""), "test_reading.py": f"from reading import read\n{cases}"}
    repository = red_repository(files)
    replies, summary = repository.search_with(replace(repository.evidence(), earlier={"reading.py": before}))
    assert replies, summary
    assert replies[0].text.count("\n+    ") == 2
    assert "takes back a part of the change" in replies[0].doubts[0]


TWO_FAULTS = {
    "cart.py": "def total(prices):\n    total = 1\n    for price in prices:\n"
    "        total = total * price * 2\n    return total\n",
    "test_cart.py": "import pytest\nfrom cart import total\n"
    "@pytest.mark.parametrize('prices', [(1, 2), (3, 5, 8), (), (7,)])\n"
    "def test_total(prices):\n    assert total(prices) == sum(prices)\n",
}


def test_a_search_in_vain_offers_nothing_and_says_how_far_it_came(red_repository: Make) -> None:
    replies, summary = red_repository(TWO_FAULTS).search(seconds=20.0)
    assert replies == []
    assert re.fullmatch(r"tried \d{2,} candidates in [\d.]+ s \((exhausted|stopped by time)\)", summary)


def test_a_file_in_another_encoding_is_not_searched_and_that_is_said(red_repository: Make) -> None:
    repository = red_repository(TWO_FAULTS)
    evidence = repository.evidence()
    text = f"# -*- coding: latin-1 -*-\n# Gr\xf6\xdfe\n{TWO_FAULTS['cart.py']}"
    (repository.folder / "cart.py").write_bytes(text.encode("latin-1"))
    replies, summary = repository.search_with(evidence)
    assert replies == []
    assert "; cart.py cannot be read as Python in UTF-8 and was not searched" in summary


def test_a_search_ends_with_its_processor_time(red_repository: Make) -> None:
    repository = red_repository(TWO_FAULTS)
    _, summary = repository.search_with(repository.evidence(), search=Search(cpu_seconds=0.01))
    assert re.fullmatch(r"tried 0 candidates in [\d.]+ s \(stopped by time\)", summary)


def test_another_runner_is_left_alone(red_repository: Make) -> None:
    assert red_repository(TWO_FAULTS).search(runner="jest") == ([], "")


def test_no_search_begins_without_time(red_repository: Make) -> None:
    assert red_repository(TWO_FAULTS).search(seconds=4.0) == ([], "")


def test_settings_that_forbid_what_we_add_are_respected(red_repository: Make) -> None:
    repository = red_repository(REPAIRABLE["a default value"][0])
    evidence = repository.evidence()
    (repository.folder / "pytest.ini").write_text("[pytest]\naddopts = --ff --strict-markers\n")
    replies, summary = repository.search_with(evidence)
    assert replies, summary
    assert "+def tag(text, sep=';'):\n" in replies[0].text


def test_a_suite_that_ends_the_process_ends_the_search_only(red_repository: Make) -> None:
    repository = red_repository(REPAIRABLE["a default value"][0])
    evidence = repository.evidence()
    (repository.folder / "conftest.py").write_text("import os\nos._exit(0)\n")
    assert evidence.target_ids
    replies, summary = repository.search_with(evidence)
    assert replies == []
    assert "pytest could not be started" in summary


def test_what_survives_keeps_the_passing_tests_green(red_repository: Make) -> None:
    """Returning the constant that one test expects would please that test alone."""
    files = {
        "area.py": "def area(a, b):\n    return a + b\n",
        "test_area.py": "from area import area\ndef test_red():\n    assert area(3, 4) == 12\n"
        "def test_green():\n    assert area(2, 2) == 4\ndef test_zero():\n    assert area(0, 0) == 0\n",
    }
    replies, summary = red_repository(files).search()
    assert replies, summary
    assert all("+    return 12" not in reply.text for reply in replies)
    assert "+    return a * b" in replies[0].text


def test_the_reply_says_where_the_fault_is_and_what_it_cost(red_repository: Make) -> None:
    replies, _ = red_repository(REPAIRABLE["a default value"][0]).search()
    assert replies[0].cause == "`tag.py:1` (`tag`) has `','`; the failing test needs `';'`."
    assert replies[0].cost.seconds > 0
    assert replies[0].cost.calls == 0
