"""When a search ends, and how much longer it looks once one edit survived."""

from __future__ import annotations

import math

import pytest

from agent_ci.proposers.search.kit.limits import Limits, Used

CLOCKED = Limits(60.0, math.inf, 1_000)
METERED = Limits(600.0, 60.0, 1_000)


@pytest.mark.parametrize(
    ("limits", "used", "reason"),
    [
        (CLOCKED, Used(59.0, 500.0, 999), ""),
        (CLOCKED, Used(60.0, 1.0, 1), "time"),
        (CLOCKED, Used(1.0, 1.0, 1_000), "count"),
        (METERED, Used(500.0, 59.0, 1), ""),
        (METERED, Used(61.0, 60.0, 1), "time"),
        (METERED, Used(600.0, 1.0, 1), "time"),
    ],
)
def test_a_search_ends_with_what_is_used_up_first(limits: Limits, used: Used, reason: str) -> None:
    assert limits.reached(used) == reason


def test_a_survivor_leaves_a_little_time_of_the_clock() -> None:
    assert CLOCKED.after_a_survivor(Used(10.0, 8.0, 50)) == Limits(15.0, math.inf, 200)
    assert CLOCKED.after_a_survivor(Used(50.0, 8.0, 990)) == Limits(57.5, math.inf, 1_000)


def test_where_processor_time_is_limited_the_clock_takes_none_of_it_away() -> None:
    assert METERED.after_a_survivor(Used(200.0, 8.0, 50)) == Limits(600.0, 13.0, 200)
