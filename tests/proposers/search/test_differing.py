"""What survives is called: another program that passes all tests, or lines that no test runs any longer, are doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from .conftest import RedRepository

Make = Callable[[Mapping[str, str]], RedRepository]

TWO = "from shop import f\n\n\ndef test_one():\n    assert {}\n\n\ndef test_two():\n    assert {}\n"
FILES = {
    "two programs": ("def f(a, b):\n    return a - b\n", TWO.format("f(2, 2) == 4", "f(0, 0) == 0")),
    "one program": (
        "import time\n\n\ndef f(a, b):\n    return [a if a < b else b, time.perf_counter_ns()]\n",
        TWO.format("f(1, 2)[0] == 2", "f(3, 1)[0] == 3"),
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


@pytest.mark.parametrize(
    ("name", "said"),
    [("two programs", {OTHERS}), ("one program", set()), ("a branch that nothing reaches", {UNREACHED})],
)
def test_what_another_input_or_another_line_tells_is_a_doubt(red_repository: Make, name: str, said: set[str]) -> None:
    source, tests = FILES[name]
    replies, _ = red_repository({"shop.py": source, "test_shop.py": tests}).search()
    doubts = " ".join(replies[0].doubts)
    assert {one for one in (OTHERS, UNREACHED) if one in doubts} == said


def test_another_program_is_offered_before_the_same_one_written_otherwise(red_repository: Make) -> None:
    source = "def f(a, b):\n    return a - b\n"
    tests = TWO.format("f(1, 2) == 3", "f(2, 5) == 7")
    replies, _ = red_repository({"shop.py": source, "test_shop.py": tests}).search()
    offered = [reply.text.rpartition("+    return ")[2].strip() for reply in replies]
    assert (offered[:3], offered[-1]) == (["a + b", "a | b", "a ^ b"], "a - (-b)")
