"""What is still tried once an edit survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.proposers.search.kit.bench import Prepared
from agent_ci.proposers.search.kit.differing import Apart
from agent_ci.proposers.search.kit.operators import Candidate
from agent_ci.proposers.search.kit.surviving import best_of, in_order, is_worth_a_start, siblings
from agent_ci.sandbox_kit.source import Source, Splice

SOURCE = Source("a.py", b"x = 1\n")


def prepared(rank: float) -> Prepared:
    return Prepared(Candidate("a.py", Splice(4, 5, "2"), "integer", 1, rank), SOURCE, ())


@pytest.mark.parametrize(("ranks", "is_tried"), [((), True), ((0.3,), True), ((0.3, 0.5), False), ((0.4,), False)])
def test_a_fresh_process_is_started_only_for_what_could_come_first(ranks: tuple[float, ...], *, is_tried: bool) -> None:
    assert is_worth_a_start(prepared(0.4), [prepared(rank) for rank in ranks]) is is_tried


def test_another_program_is_offered_after_the_best_and_before_the_same() -> None:
    first, same, other = (prepared(rank) for rank in (0.9, 0.8, 0.7))
    assert in_order([first, same, other], Apart(differing=(other,))) == [first, other, same]
    assert in_order([first, same, other], Apart()) == [first, same, other]


def test_what_else_may_be_meant_in_the_line_of_the_best_is_tried_if_it_is_thought_of() -> None:
    first = prepared(0.9)
    near, far = (Candidate("a.py", Splice(4, 5, "3"), "integer", 1, rank) for rank in (0.3, 0.1))
    elsewhere = Candidate("a.py", Splice(0, 1, "y"), "variable", 2, 0.8)
    assert siblings([prepared(0.4), first], [elsewhere, near, far]) == [near]
    assert siblings([replace(first, is_warm=False)], [near]) == []
    assert siblings([], [near]) == []


def test_what_stands_in_the_line_of_the_best_is_compared_before_the_others() -> None:
    first, near = prepared(0.9), prepared(0.2)
    elsewhere = [replace(near, candidate=Candidate("a.py", Splice(0, 1, "y"), "variable", 2, 0.8)) for _ in range(9)]
    assert best_of([*elsewhere, near, first]) == [first, near, *elsewhere[:6]]
