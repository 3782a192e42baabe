from __future__ import annotations

import pytest

from agent_ci import errors
from agent_ci.core.outcome import Outcome

# What scripts rely on: a changed number breaks somebody's pipeline.
CODES = {
    **dict.fromkeys(("fixed", "delivered", "explained", "nothing_to_do"), 0),
    "no_fix": 1,
    "usage_error": 2,
    "flaky": 10,
    "base_red": 11,
    "cannot_reproduce": 12,
    "infrastructure": 13,
    "unsupported": 14,
    "policy_refused": 20,
    "sandbox_unavailable": 21,
    "budget_exhausted": 22,
    "model_unavailable": 30,
    "forge_unavailable": 31,
    "stale": 32,
    "internal_error": 70,
    "cancelled": 130,
}


def test_the_outcomes_and_their_exit_codes_are_a_closed_set() -> None:
    assert {str(outcome): outcome.exit_code for outcome in Outcome} == CODES


def test_ways_to_fail_can_be_told_apart_by_their_exit_code() -> None:
    codes = [outcome.exit_code for outcome in Outcome if outcome.exit_code]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error", errors.AgentCIError.__subclasses__(), ids=lambda error: error.__name__)
def test_each_error_has_an_outcome_of_its_own_that_is_no_success(error: type[errors.AgentCIError]) -> None:
    others = [other.outcome for other in errors.AgentCIError.__subclasses__() if other is not error]
    assert error.outcome.exit_code > 0
    assert error.outcome not in (*others, Outcome.INTERNAL_ERROR)
