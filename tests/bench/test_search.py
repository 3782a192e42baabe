"""The offline search's bench: bugs that are bugs, halves that stay, inputs that are told apart."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.search.calling import described, distinct, near, told
from bench.search.case import TUNING, VALIDATION, Case, by_hash, half_of
from bench.search.documented import DOCUMENTED
from bench.search.gaps import GAPS
from bench.search.judge import Likeness
from bench.search.pairs import PAIRS
from bench.search.slips import SLIPS
from bench.search.written import Slip

WRITTEN = (*SLIPS, *GAPS, *PAIRS)


class Node:
    def __init__(self, value: object) -> None:
        self.value = value


def failed(slip: Slip, source: str) -> int:
    """How many of its checks *source* fails."""
    names: dict[str, object] = {}
    exec(source, names)  # noqa: S102 - a program of ours, as it stands in the bench
    return sum(not holds(line, names) for line in slip.checks.strip().splitlines())


def holds(check: str, names: dict[str, object]) -> bool:
    error, _, call = check.partition(": ")
    waits = bool(call) and error.isidentifier()
    try:
        value = eval(call if waits else check, names)  # noqa: S307 - as above
    except Exception as raised:  # noqa: BLE001 - every error is an answer
        return waits and type(raised).__name__ == error
    return bool(value) and not waits


def test_the_halves_were_chosen_by_the_hash_of_the_name_and_stay() -> None:
    halves = [half_of(slip.name) for slip in WRITTEN]
    assert (len(WRITTEN), halves.count(TUNING), halves.count(VALIDATION)) == (64, 39, 25)


@pytest.mark.parametrize("slip", [*WRITTEN, *DOCUMENTED], ids=lambda slip: slip.name)
def test_the_checks_hold_for_the_right_program_alone(slip: Slip) -> None:
    assert failed(slip, slip.source) == 0
    assert failed(slip, slip.broken) > 0


def test_an_input_is_told_by_what_is_in_it_and_not_by_where_it_lies() -> None:
    one, other = {"node": Node(Node([1, {"a": 2}]))}, {"node": Node(Node([1, {"a": 3}]))}
    assert described(one) == described({"node": Node(Node([1, {"a": 2}]))})
    assert described(one) != described(other)
    assert described(lambda number: number + 1) != described(lambda number: number + 2)


def test_inputs_are_the_recorded_ones_and_then_many_near_them() -> None:
    made = list(near([{"number": 3}, {"number": 8}], random.Random(1), 300))  # noqa: S311 - no secret
    assert made[:2] == [{"number": 3}, {"number": 8}]
    assert len({one["number"] for one in made}) > 60


def test_inputs_lie_at_the_bounds_of_a_function_and_ask_for_what_an_argument_holds() -> None:
    made = list(near([{"number": 3, "names": {"ada": 1}}], random.Random(1), 300, (5_000,)))  # noqa: S311 - no secret
    assert {4_999, 5_000, 5_001, "ada"} <= {one["number"] for one in made}


def test_a_call_that_was_recorded_often_counts_once() -> None:
    assert distinct([{"number": 3}, {"number": 4}, {"number": 3}]) == [{"number": 3}, {"number": 4}]


class Closed:
    def __init__(self, value: object) -> None:
        self.__value = value

    def value(self) -> object:
        return self.__value


def test_what_a_class_keeps_to_itself_is_not_changed_from_outside() -> None:
    made = list(near([{"self": Closed(3)}, {"self": Closed(4)}], random.Random(1), 300))  # noqa: S311 - no secret
    assert {one["self"].value() for one in made} == {3, 4}


class Slot:
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def test_an_outcome_is_told_by_what_it_holds_and_no_function_by_its_code() -> None:
    assert told(Slot(3)) == told(Slot(3)) != told(Slot(4))
    assert told({"f": lambda n: n + 1}) == told({"f": lambda n: n + 2})
    assert told(object()) == told(object())
    assert told(["a" * 5_000, 1]) != told(["a" * 5_000, 2])


@pytest.mark.parametrize(
    ("likeness", "is_right", "is_untold"),
    [
        (Likeness(is_same=True), True, False),
        (Likeness(is_same=False, agreed=200), True, False),
        (Likeness(is_same=False, agreed=199), False, True),
        (Likeness(is_same=False, agreed=900, differed=("f(1)",)), False, False),
        (Likeness(is_same=False, agreed=3, differed=("f(1)",)), False, False),
    ],
)
def test_right_is_the_same_program_or_enough_agreement(likeness: Likeness, *, is_right: bool, is_untold: bool) -> None:
    assert (likeness.is_right, likeness.is_untold) == (is_right, is_untold)


def test_a_sample_does_not_follow_the_names_and_always_comes_out_the_same() -> None:
    made = [Case(f"package:{n}", "package", Path(), "a.py", "", "", "python") for n in range(20)]
    order = sorted(made, key=by_hash)
    assert sorted(set(made), key=by_hash) == order
    assert order != made
