"""Which lines each test executed, looked at from both sides, and which lines of a Python file can be executed."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage, executable_lines


def lines(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


FOUND = Coverage({IMPORTS: {"a.py": lines(1)}, "t::x": {"a.py": lines(2, 3), "b.py": lines(1)}, "t::y": {}})


def test_a_line_tells_which_tests_executed_it() -> None:
    places = [("a.py", 2), ("a.py", 1), ("a.py", 9), ("c.py", 1)]
    assert [set(FOUND.tests_of(*place)) for place in places] == [{"t::x"}, {IMPORTS}, set(), set()]
    assert FOUND.lines("a.py") == lines(1, 2, 3)


def test_a_part_knows_what_its_tests_executed() -> None:
    assert FOUND.of(("t::x", "t::gone")).tests == {"t::x": {"a.py": {2, 3}, "b.py": {1}}}
    assert FOUND.of(("t::y",)).lines("a.py") == frozenset()


def test_two_are_joined_line_by_line_and_a_reason_is_told_once() -> None:
    one = Coverage({"t::x": {"a.py": lines(1)}}, ("cut", "one"))
    other = Coverage({"t::x": {"a.py": lines(2), "b.py": lines(3)}, "t::z": {}}, ("cut",))
    expected = {"t::x": {"a.py": lines(1, 2), "b.py": lines(3)}, "t::z": {}}
    assert one | other == Coverage(expected, ("cut", "one"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""Doc."""\n\nx = 1\n', {3}),
        ('def f():\n    """Doc\n    string."""\n    return 1\n', {1, 4}),
        ("x = (1 +\n     y)\n", {1, 2}),
        ("if x:  # pragma: no cover\n    y = 1\nelse:\n    y = 2\n", {4}),
        ("if x:\n    y = 1\nelse:  # pragma: no cover\n    y = 2\n    z = 3\nw = 4\n", {1, 2, 6}),
        ("@d\n@e\ndef f():  # pragma: no cover\n    return 1\nz = f\n", {5}),
        ("try:\n    x\nexcept E:  # pragma: no cover\n    y\nfinally:\n    z\n", {1, 2, 6}),
        ("match x:\n    case 1:\n        y\n    case _:  # pragma: no cover\n        z\n", {1, 2, 3}),
        ("x = 1  # pragma: no cover\ny = 2\n", {2}),
        ("x = [\n    1,  # pragma: no cover\n    y,\n]\nz = 1\n", {5}),
        ("def f(:\n", set()),
        ("return 1\n", set()),
        ("x = 1\0", set()),
        ("", set()),
    ],
    ids=[
        *(
            "module-docstring",
            "docstring",
            "two-lines",
            "excluded-if",
            "excluded-else",
            "decorated",
            "excluded-handler",
        ),
        *("excluded-case", "excluded-line", "excluded-whole", "no-python", "no-program", "no-text", "empty"),
    ],
)
def test_the_lines_that_can_be_executed(source: str, expected: set[int]) -> None:
    assert executable_lines(source) - {0} == expected


EVERYTHING = '''
import contextlib


class Shape:
    """A shape."""

    sides: int = 0

    def area(self, wide=1,
             high=2):
        """Its area."""
        return wide * high


def walk(items):
    for item in items:
        try:
            with contextlib.suppress(KeyError):
                if item > 1:
                    raise ValueError(item)
                elif item:
                    item += 1
        except ValueError as error:
            del error
        else:
            item = 0
        finally:
            yield item


FOUND = [each for each in walk([0, 1, 2])]
ONE = lambda: (
    1
)
Shape().area()
ONE()
'''


def test_what_a_tracer_sees_can_be_executed_and_all_that_can_be_is_seen() -> None:
    seen: set[int] = set()

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        if frame.f_code.co_filename == "<everything>" and event == "line":
            seen.add(frame.f_lineno)
        return trace

    code = compile(EVERYTHING, "<everything>", "exec")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(code, {"__name__": "everything"})  # noqa: S102 - it is ours
    finally:
        sys.settrace(before)
    docstrings = {6, 12}
    assert seen - docstrings == executable_lines(EVERYTHING)
