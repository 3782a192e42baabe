"""Which branches there are that lines do not tell of, and whether what ran took them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

import pytest

from agent_ci.core.branches import Arc, branches

CODE = """\
def price(items, limit):
    total = 0
    for item in items:
        if item < 0:
            continue
        total += item
    while total > limit:
        total -= 1
        if total == 3: return total
    if (
        total
        and limit
    ):
        total += 1
    if total > 100:
        total = 100
    else:
        total += 1
    if True:
        total += 0
    if limit == 77:  # pragma: no branch
        total += 0
    return total


def sign(value):
    match value:
        case 0:
            return "none"
        case int() if value > 0:
            return "plus"


def tried(value):
    try:
        if int(value) > 3:
            value = 3
        value = int(value)
    except ValueError:
        value = 0
    finally:
        if value:
            value = 1
    return value


class Cart:
    if sys:
        pass

    @property
    def empty(self):
        if any(one for one in self.items):
            return False
"""


def arcs_of(code: str, call: str) -> set[Arc]:
    """The lines that follow each other while *call* is run, as a tracer sees them."""
    found: set[Arc] = set()

    def on_call(frame: FrameType, _event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != "<code>":
            return None
        last = [frame.f_lineno]

        def follow(inner: FrameType, event: str, argument: object) -> Any:
            if event == "line":
                found.add((last[0], inner.f_lineno))
                last[0] = inner.f_lineno
            elif event == "return" and argument is not None:
                found.add((last[0], -inner.f_code.co_firstlineno))
            return follow

        return follow

    space: dict[str, Any] = {"sys": sys}
    exec(compile(code, "<code>", "exec"), space)  # noqa: S102 - the code above
    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        eval(call, space)  # noqa: S307 - a call of it
    finally:
        sys.settrace(before)
    return found


def taken(arcs: Iterable[Arc]) -> list[int]:
    return [one.line for one in branches(CODE) if one.is_taken({*arcs})]


def test_what_has_no_else_and_can_be_gone_around_is_a_branch() -> None:
    assert [(one.line, one.kind) for one in branches(CODE)] == [
        (3, "for"),
        (4, "if"),
        (7, "while"),
        (10, "if"),
        (30, "match"),
        (36, "if"),
        (42, "if"),
        (53, "if"),
    ]
    assert branches("no Python (") == ()
    assert branches(CODE)[0].words == "the loop in line 3 is never run to its end"


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        pytest.param("price([], 0)", [3, 7, 10], id="a loop without a turn and a condition that is false"),
        pytest.param("price([1], 1)", [3, 4, 7], id="a loop that is run to its end"),
        pytest.param("price([-1, 5], 1)", [3, 4], id="a loop that is left in the middle"),
        pytest.param("sign(0)", [], id="a case that takes it"),
        pytest.param("tried('x')", [42], id="an error in a condition is no way around it"),
        pytest.param("tried('2')", [36], id="the way through a try"),
    ],
)
def test_a_branch_is_taken_where_what_follows_its_condition_is_elsewhere(call: str, lines: list[int]) -> None:
    assert taken(arcs_of(CODE, call)) == lines


def test_the_end_of_a_function_is_its_own_and_not_that_of_a_comprehension_in_the_condition() -> None:
    assert taken({(53, -53)}) == []
    assert taken({(53, -51)}) == taken({(53, 54), (53, -51)}) == [53]
    assert taken({(30, -26)}) == [30]
