from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agent_ci.core.views.account import Account, Spent, read
from agent_ci.core.views.check import check_run
from agent_ci.core.views.comment import comment, issue, pull_request
from agent_ci.core.views.page import page
from agent_ci.core.views.results import junit
from agent_ci.core.views.sarif import sarif
from agent_ci.core.views.summary import summary
from tests.core.views import runs

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), "", "x", "\udcff", "<b>", [], {}),
    *([None], [{}], {"": None}, [[["x"]]], {"a": {"b": 1}}, ["x", 1, {}], {"passed": "x"}, {"tests": [{"name": 1}]}),
)
VIEWS: tuple[Callable[[Mapping[str, object]], object], ...] = (
    lambda document: page(read(document), runs.MAIL),
    lambda document: summary(read(document), runs.MAIL),
    lambda document: comment(document, runs.MAIL, key="fix"),
    check_run,
    pull_request,
    issue,
    sarif,
    junit,
)


def test_the_account_is_what_the_document_says() -> None:
    account = read(json.loads(json.dumps(runs.document())))
    assert (account.outcome, account.headline, account.is_proven) == ("fixed", "Fixed: a change was proven", True)
    assert account.failures[0].message == "assert -1 == 3\n +  where -1 = add(1, 2)"
    assert (account.failures[0].file, account.failures[0].line) == ("tests/test_calc.py", 5)
    assert account.failures[0].group == account.causes[0].fingerprint
    assert [(runs_.side, runs_.red, runs_.total) for runs_ in account.runs] == [("head", 1, 1), ("base", 0, 1)]
    assert account.cost == Spent(1, 120, 0.003)


def test_nothing_at_all_is_an_account_as_well() -> None:
    assert read({}) == Account("", "")
    assert read({}).headline == "No verdict"


def test_an_outcome_of_a_later_version_is_shown_as_it_is_called() -> None:
    account = read({**runs.document(), "outcome": "half_fixed"})
    assert (account.known_outcome, account.headline) == (None, "half_fixed")


def mutated(value: Any, chance: random.Random) -> Any:
    """*value* with about one of twenty of its parts replaced by something that does not belong there."""
    if chance.random() < 0.05:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: mutated(part, chance) for key, part in value.items() if chance.random() > 0.02}
    return [mutated(part, chance) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(60))
def test_no_document_is_too_odd_to_be_shown(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    document = mutated(json.loads(json.dumps(runs.document())), chance)
    for view in VIEWS:
        view(document if isinstance(document, dict) else {})


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_part_of_a_document_is_too_odd_to_be_shown(odd: object) -> None:
    document = dict.fromkeys(runs.document(), odd)
    for view in VIEWS:
        view(document)
