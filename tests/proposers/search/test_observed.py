"""Which of the failing cases tell edits apart."""

from __future__ import annotations

from agent_ci.proposers.search.kit.observed import Observed


def seen(**cases: tuple[float, tuple[int, ...]]) -> Observed:
    """The failing cases by name, each with its seconds and the lines it ran."""
    return Observed({name: {"seconds": time, "lines": {"a.py": list(lines)}} for name, (time, lines) in cases.items()})


def test_cases_that_ran_other_lines_tell_more_than_quick_ones() -> None:
    observed = seen(slow=(0.3, (1, 2)), same=(0.2, (1, 2)), quick=(0.1, (1, 2)), other=(0.5, (1, 3)))
    assert observed.telling(2) == ("quick", "other")
    assert observed.telling(3) == ("quick", "other", "same")


def test_where_all_ran_the_same_lines_the_quickest_are_taken() -> None:
    assert seen(slow=(0.3, (1,)), quick=(0.1, (1,))).telling(3) == ("quick", "slow")
