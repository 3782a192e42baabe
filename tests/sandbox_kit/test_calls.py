"""Inputs near those of the tests, and at the bounds of a function."""

from __future__ import annotations

import ast
import random

from agent_ci.sandbox_kit.calls import at_bounds, bounds_in, inputs, outcome

SOURCE = "def f(text, n):\n    'What f does is told here.'\n    return n > 50 and text[:1] != '#' or True\n"


def test_the_bounds_of_a_function_are_its_numbers_and_short_texts() -> None:
    assert set(bounds_in([ast.parse(SOURCE)])) == {50, 1, "#"}


def test_values_lie_at_the_bounds_and_at_the_sizes_of_other_arguments() -> None:
    assert at_bounds(7, {"n": 7, "items": [1, 2, 3]}, (50, "#")) == [49, 50, 51, 2, 3, 4]
    assert at_bounds("a", {"text": "a"}, (50, "#")) == ["#", "a#", "#a"]
    assert at_bounds(2.5, {"share": 2.5}, (50,)) == []


def test_inputs_are_the_recorded_ones_and_then_others_that_lie_at_the_bounds_too() -> None:
    made = inputs([{"n": 3}], random.Random(1), 100, (50,))  # noqa: S311 - no secret
    assert made[0] == {"n": 3}
    assert {49, 50, 51, 2, 4, 0} <= {one["n"] for one in made}


def test_what_a_call_comes_to_is_written_as_the_caller_wants() -> None:
    assert outcome(len, {"x": 1}).startswith("raises TypeError")
    assert outcome(lambda n: n + 1, {"n": 1}) == "gives 2"
    assert outcome(lambda n: n + 1, {"n": 1}, lambda _: "a number") == "gives a number"
