from __future__ import annotations

from agent_ci.core.limits import Limits


def test_the_defaults_leave_a_quarter_of_the_memory_to_the_machine() -> None:
    assert Limits.of_machine(16 << 30) == Limits(total_memory_bytes=12 << 30)


def test_address_space_is_not_limited_as_node_and_java_reserve_more_than_there_is() -> None:
    assert Limits().memory_bytes is None


def test_the_evidence_says_which_limits_are_hard() -> None:
    described = Limits(processes=7).described(frozenset({"memory"}))
    assert (described["processes"], described["total_memory"], described["disk"]) == (7, "hard", "soft")
    assert Limits().described(frozenset())["total_memory"] == "soft"
