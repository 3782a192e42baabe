"""A plan divides root causes and the budget, is read again as it was written, and is believed only then."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.grouping import Group
from agent_ci.core.plan import Plan, plan_document, planned, read_plan
from agent_ci.core.report import Status, TestCase
from agent_ci.core.sealing import sealed, text_of
from agent_ci.errors import UsageError


def causes(*sizes: int) -> tuple[Group, ...]:
    """Root causes with so many failing cases each."""
    return tuple(
        Group(
            f"{number:016x}",
            f"cause {number}",
            tuple(TestCase(f"t{number}[{row}]", Status.FAILED) for row in range(size)),
        )
        for number, size in enumerate(sizes)
    )


def sizes(plan: Plan) -> list[list[int]]:
    return [[len(cause.cases) for cause in cell.causes] for cell in plan.cells]


BALANCED = {
    "equal": ((5,) * 12, 4, [[5, 5, 5]] * 4),
    "one giant": ((300, 1, 1, 1, 1), 3, [[300], [1, 1], [1, 1]]),
    "more cells than causes": ((2, 1), 4, [[2], [1]]),
    "the largest first": ((1, 2, 3, 4), 2, [[1, 4], [2, 3]]),
}


@pytest.mark.parametrize(("given", "most", "expected"), BALANCED.values(), ids=BALANCED)
def test_root_causes_are_spread_so_that_the_cells_have_about_the_same_number_of_cases(
    given: tuple[int, ...], most: int, expected: list[list[int]]
) -> None:
    assert sizes(planned(causes(*given), Budget(), most=most, reports={})) == expected


@pytest.mark.parametrize("most", [1, 2, 3, 7, 11])
@pytest.mark.parametrize("total", [Budget(), Budget(100, 0.1, 100_003, 100.0), Budget(12, 3.3333333, 77, 0.1)])
def test_the_parts_of_the_budget_are_never_more_than_the_whole(total: Budget, most: int) -> None:
    plan = planned(causes(*range(1, 12)), total, most=most, reports={})
    parts = [tuple(cell.budget.amounts.values()) for cell in plan.cells]
    summed = [sum(Decimal(str(value)) for value in column) for column in zip(*parts, strict=True)]
    summed[3] += Decimal(str(plan.merge_seconds))
    assert all(part <= Decimal(str(whole)) for part, whole in zip(summed, total.amounts.values(), strict=True))
    assert all(value > 0 for part in parts for value in part)
    assert plan.merge_seconds > 0


def test_there_is_no_cell_that_could_pay_for_nothing_and_the_plan_says_so() -> None:
    plan = planned(causes(1, 1, 1, 1), Budget(attempts=2), most=4, reports={})
    assert len(plan.cells) == 2
    assert "2 cells and not 4" in plan.notes[0]


def test_a_cell_names_the_reports_that_tell_of_its_causes() -> None:
    told = {"a.xml": frozenset({"t0[0]"}), "b.xml": frozenset({"t1[0]", "t0[0]"}), "c.xml": frozenset({"other"})}
    plan = planned(causes(2, 1), Budget(), most=2, reports=told)
    assert [cell.reports for cell in plan.cells] == [("a.xml", "b.xml"), ("b.xml",)]


def written(plan: Plan) -> str:
    return text_of(sealed(plan_document(plan)))


def test_a_plan_is_read_as_it_was_written() -> None:
    plan = planned(causes(3, 2, 1), Budget(), most=2, reports={"a.xml": frozenset({"t0[0]"})})
    assert read_plan(written(plan), source="plan.json") == plan


PLAN = planned(causes(3, 2, 1), Budget(), most=2, reports={})
DOCUMENT = plan_document(PLAN)
CELLS = json.loads(json.dumps(DOCUMENT["cells"]))
HOSTILE: dict[str, dict[str, object]] = {
    "another schema": {"schema": "agent-ci/plan/v9"},
    "an id that is a path": {"cells": [{**CELLS[0], "id": "../../x"}]},
    "two cells with one id": {"cells": [CELLS[0], CELLS[0]]},
    "a fingerprint that is a command": {
        "cells": [{**CELLS[0], "groups": [{**CELLS[0]["groups"][0], "fingerprint": "$(x)"}]}]
    },
    "cases that are no texts": {"cells": [{**CELLS[0], "groups": [{**CELLS[0]["groups"][0], "cases": [1]}]}]},
    "a budget without end": {"budget": {"attempts": 1, "cost": float("inf"), "tokens": 1, "seconds": 1}},
    "a budget below nothing": {"budget": {"attempts": -1, "cost": 1, "tokens": 1, "seconds": 1}},
    "no cells": {"cells": None},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE)
def test_a_plan_of_another_shape_is_a_usage_error(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"^plan\.json is no plan"):
        read_plan(text_of(sealed({**DOCUMENT, **changes})), source="plan.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"seal": 1}', "[" * 100_000])
def test_what_is_no_sealed_document_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        read_plan(text, source="plan.json")


def test_a_plan_that_was_changed_is_not_used() -> None:
    with pytest.raises(UsageError, match="'cells' was changed"):
        read_plan(written(PLAN).replace("0000000000000000", "0000000000000001", 1), source="plan.json")
