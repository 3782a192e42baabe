"""What survives is called: another program that passes all tests, or lines that no test runs any longer, are doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from agent_ci.proposers.search.proposer import Search

from .conftest import RedRepository

Make = Callable[[Mapping[str, str]], RedRepository]

TWO = "from shop import *\n\n\ndef test_one():\n    assert {}\n\n\ndef test_two():\n    assert {}\n"
BOX = "class Box:\n    def __init__(self, size):\n        self.size = size\n\n\n"
FILES = {
    "two programs": ("def f(a, b):\n    return a - b\n", TWO.format("f(2, 2) == 4", "f(0, 0) == 0")),
    "one program, beside a clock": (
        "import time\n\n\ndef f(a, b):\n    return [a if a < b else b, time.perf_counter_ns()]\n",
        TWO.format("f(1, 2)[0] == 2", "f(3, 1)[0] == 3"),
    ),
    "one program, of which a tie tells": (
        "def f(a, b):\n    return a if a < b else b\n",
        TWO.format("f(1, 2) == 2", "f(3, 1) == 3"),
    ),
    "sizes of things that are never turned round": (
        BOX + "def f(a, b):\n    return 'other' if a.size > b.size else 'same'\n",
        TWO.format("f(Box(1), Box(2)) == 'other'", "f(Box(1), Box(1)) == 'same'"),
    ),
    "sizes of things, of which an identity says as much": (
        BOX + "def f(a, b):\n    if a.size == b.size:\n        return 'other'\n    return 'same'\n",
        TWO.format("f(Box(2), Box(1)) == f(Box(1), Box(2)) == 'other'", "f(Box(1), Box(1)) == 'same'"),
    ),
    "a branch that nothing reaches": (
        """def f(values):
    values = tuple(values)
    if isinstance(values, tuple):
        table = {}
        for value in values:
            table[value] = 1
        return len(table)
    found = []
    for value in values:
        if value not in found:
            found.append(value)
    return len(found)
""",
        TWO.format("f([[1], [1]]) == 1", "f('aba') == 2"),
    ),
}


OTHERS, UNREACHED = "turn the failing tests green as well", "any longer that passing tests ran before"
UNTOLD = "no call tells the edit from"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two programs", {OTHERS}),
        ("one program, beside a clock", {UNTOLD}),
        ("one program, of which a tie tells", set()),
        ("sizes of things that are never turned round", {UNTOLD}),
        ("sizes of things, of which an identity says as much", set()),
        ("a branch that nothing reaches", {UNREACHED}),
    ],
)
def test_what_another_input_or_another_line_tells_is_a_doubt(red_repository: Make, name: str, said: set[str]) -> None:
    source, tests = FILES[name]
    replies, _ = red_repository({"shop.py": source, "test_shop.py": tests}).search()
    doubts = " ".join(replies[0].doubts)
    assert {one for one in (OTHERS, UNTOLD, UNREACHED) if one in doubts} == said


def test_another_program_is_offered_before_the_same_one_written_otherwise(red_repository: Make) -> None:
    source = "def f(a, b):\n    return a - b\n"
    tests = TWO.format("f(1, 2) == 3", "f(2, 5) == 7")
    replies, _ = red_repository({"shop.py": source, "test_shop.py": tests}).search()
    offered = [reply.text.rpartition("+    return ")[2].strip() for reply in replies]
    assert (offered[:3], offered[-1]) == (["a + b", "a | b", "a ^ b"], "a - (-b)")


def test_what_may_be_meant_in_the_line_of_the_best_is_tried_whatever_its_turn(red_repository: Make) -> None:
    source, tests = FILES["sizes of things that are never turned round"]
    repository = red_repository({"shop.py": source, "test_shop.py": tests})
    (first, *others), _ = repository.search_with(repository.evidence(), search=Search(max_candidates=9))
    assert UNTOLD in first.doubts[0]
    assert [other.text.count("a.size != b.size") for other in others] == [1, 0]
