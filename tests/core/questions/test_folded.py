"""Code that is shown in parts is code that can be changed: a change written against it finds its place in the file."""

from __future__ import annotations

import pytest

from agent_ci.core.coverage import Coverage
from agent_ci.core.patches.diff import read_edits
from agent_ci.core.patches.relocate import relocate
from agent_ci.core.questions.context import Allowance
from agent_ci.core.questions.prompt import Template
from agent_ci.core.questions.question import fix_question
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Evidence

SHOP = '''import os


def unrelated():
    """This one is executed by no test, and it is not what fails."""
    return os.sep


def price(count, net):
    """The price of so many.

    It is in cents,
    and never negative,
    whatever the discount.
    """
    gross = net * 2
    return gross


def bill(items):
    """All of it, for which nothing speaks: no test runs it, no frame names it."""
    return sum(price(item, 1) for item in items)
'''
TESTS = "from shop import price\n\n\ndef test_price():\n    assert price(2, 1) == 4\n"
CASE = TestCase("test_shop.py::test_price", Status.FAILED, "assert 2 == 4", file="test_shop.py")
RAN = Coverage({CASE.id: {"shop.py": frozenset({16, 17})}})
EVIDENCE = Evidence("fix", "red", targets=(CASE,), before=TestReport.of(CASE), coverage=RAN)
FILES = {
    "shop.py": SHOP,
    "test_shop.py": "from shop import price\n\n\ndef test_price():\n    assert price(2, 1) == 4\n",
}
TEMPLATE = Template("fix.v0", "{{ failures }}{{ tests }}{{ sources }}{{ around }}{{ attempts }}{{ left_out }}")
SMALL = Allowance(sources=110)
MARK = "[... lines 11-15 ...]"
CHANGED = "-    gross = net * 2\n+    gross = net * count * 2\n     return gross\n"
DIFFS = {
    "below the mark": f"@@ -16,2 +16,2 @@\n{CHANGED}",
    "with the mark as a line": f'@@ -9,5 +9,5 @@\n     """The price of so many.\n {MARK}\n{CHANGED}',
    "with the mark at the margin": f'@@ -9,5 +9,5 @@\n     """The price of so many.\n{MARK}\n{CHANGED}',
    "as if nothing were left out": (
        f'@@ -9,4 +9,4 @@\n def price(count, net):\n     """The price of so many.\n{CHANGED}'
    ),
    "with the mark below": f"@@ -16,3 +16,3 @@\n{CHANGED} [... lines 18-23 ...]\n",
}


def test_the_function_is_shown_with_a_mark_in_the_place_of_its_long_docstring() -> None:
    question = fix_question(TEMPLATE, EVIDENCE, FILES, (), allowance=SMALL)
    assert f'    """The price of so many.\n{MARK}\n    gross = net * 2\n    return gross\n' in question


@pytest.mark.parametrize("body", DIFFS.values(), ids=DIFFS)
def test_a_change_against_code_with_gaps_finds_its_place(body: str) -> None:
    [edit] = read_edits(f"The count is lost.\n\n```diff\n--- a/shop.py\n+++ b/shop.py\n{body}```")
    assert relocate(edit, SHOP.encode()) == SHOP.replace("net * 2", "net * count * 2").encode()
