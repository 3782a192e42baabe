from __future__ import annotations

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.run import Attempt, Cost, Reply

BUDGET = Budget(attempts=3, cost=0.10, tokens=1000, seconds=60)


def paid(count: int = 1, *, tokens: int = 10, usd: float | None = 0.01) -> tuple[Attempt, ...]:
    return (Attempt(Reply("model", cost=Cost(1, tokens, 0, usd))),) * count


FREE = (Attempt(Reply("search")),) * 50


@pytest.mark.parametrize(
    ("attempts", "elapsed", "objection"),
    [
        ((), 0, ""),
        (FREE, 59.9, ""),
        (paid(2), 0, ""),
        (paid(usd=None), 0, ""),
        ((), 60, "the time limit of 60 s was reached"),
        (FREE, 61, "the time limit of 60 s was reached"),
        (paid(3), 0, "the limit of 3 attempts was reached"),
        (paid(tokens=1000), 0, "the limit of 1000 tokens was reached (1000 used)"),
        (paid(tokens=2000, usd=None), 0, "the limit of 1000 tokens was reached (2000 used)"),
        (paid(2, usd=0.05), 0, "the limit of US$ 0.10 was reached (US$ 0.1000 spent)"),
    ],
    ids=[
        *("nothing", "free-replies", "below", "unknown-price", "time", "time-for-free", "attempts", "tokens"),
        *("tokens-where-the-price-is-unknown", "money"),
    ],
)
def test_the_limit_that_is_reached_is_named(attempts: tuple[Attempt, ...], elapsed: float, objection: str) -> None:
    assert BUDGET.objection(attempts, elapsed=elapsed) == objection


def test_a_budget_of_no_money_still_allows_what_costs_nothing() -> None:
    assert Budget(cost=0.0).objection(FREE, elapsed=0) == ""


def test_attempts_are_spent_by_replies_that_were_paid_for_only() -> None:
    assert [BUDGET.attempts_are_spent(tried) for tried in (FREE, paid(2) + FREE, paid(3))] == [False, False, True]
