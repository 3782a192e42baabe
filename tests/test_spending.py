"""What models cost is kept from run to run, and the day and the change have limits of their own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci import settings
from agent_ci.core.budget import Budget
from agent_ci.core.context import Context
from agent_ci.core.run import Cost
from agent_ci.model.transport import Answer, Request
from agent_ci.proposers import model
from agent_ci.settings import Settings
from agent_ci.spending import FILE_NAME, Spent, budget, note, recall
from tests.red import GOOD, QUICK, QUICK_FILES, WRONG, RedRepository

HERE = Context("github", "o/n", "/w", "c" * 40, branch="slip", number=7)
THERE = replace(HERE, number=8)


def chosen(folder: Path, **given: object) -> Settings:
    return replace(settings.merged({"repository": str(folder)}), out=folder, **given)  # type: ignore[arg-type]


def test_a_run_leaves_what_it_cost_and_an_unknown_price_stays_unknown(tmp_path: Path) -> None:
    note(chosen(tmp_path), HERE, Cost(2, 300, 50, 0.25, 1.0))
    note(chosen(tmp_path), HERE, Cost(1, 10, 5, None, 1.0))
    note(chosen(tmp_path), HERE, Cost())
    rows = [json.loads(line) for line in (tmp_path / FILE_NAME).read_text().splitlines()]
    assert [(row["change"], row["calls"], row["prompt_tokens"], row["usd"]) for row in rows] == [
        ("#7", 2, 300, 0.25),
        ("#7", 1, 10, None),
    ]


@pytest.mark.parametrize(
    ("limits", "context", "left", "barred"),
    [
        ({}, HERE, (1.0, 200_000), ""),
        ({"max_cost_per_day": 0.75}, THERE, (0.5, 200_000), ""),
        (
            {"max_cost_per_day": 0.25},
            THERE,
            (0.0, 200_000),
            "max-cost-per-day is US$ 0.25, and US$ 0.2500 were spent, b",
        ),
        ({"max_cost_per_change": 0.25}, THERE, (0.25, 200_000), ""),
        ({"max_cost_per_change": 0.25}, HERE, (0.0, 200_000), "max-cost-per-change is US$ 0.25, and US$ 0.2500 were"),
        ({"max_tokens_per_day": 1000}, HERE, (1.0, 635), ""),
        ({"max_tokens_per_change": 365}, HERE, (1.0, 0), "max-tokens-per-change is 365, and 365 were used"),
        ({"max_tokens_per_change": 365}, THERE, (1.0, 365), ""),
    ],
)
def test_the_day_and_the_change_leave_what_earlier_runs_did_not_spend(
    tmp_path: Path, limits: dict[str, object], context: Context, left: tuple[float, int], barred: str
) -> None:
    note(chosen(tmp_path), HERE, Cost(2, 300, 50, 0.25, 1.0))
    note(chosen(tmp_path), HERE, Cost(1, 10, 5, None, 1.0))
    found = budget(chosen(tmp_path, **limits), context)
    assert (found.cost, found.tokens) == left
    assert found.barred.startswith(barred)
    assert bool(found.barred) is bool(barred)


def test_what_was_spent_a_day_ago_counts_for_the_change_and_not_for_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(chosen(tmp_path), HERE, Cost(1, 300, 50, 0.25, 1.0))
    later = time.time() + 86_401
    monkeypatch.setattr(time, "time", lambda: later)
    assert not budget(chosen(tmp_path, max_tokens_per_day=350), HERE).barred
    assert budget(chosen(tmp_path, max_tokens_per_change=350), HERE).barred


@pytest.mark.parametrize(
    "line",
    ["{", "null", "[1]", '{"at": 1}', '{"at": "x", "change": 1, "calls": 1}', "[" * 9999],
    ids=["cut", "null", "list", "half", "words", "deep"],
)
def test_a_damaged_line_costs_no_other_line(tmp_path: Path, line: str) -> None:
    note(chosen(tmp_path), HERE, Cost(1, 300, 50, 0.25, 1.0))
    path = tmp_path / FILE_NAME
    path.write_text(f"{line}\n{path.read_text()}", encoding="utf-8")
    [found] = recall(path)
    assert replace(found, at=0.0) == Spent(0.0, "#7", 1, 300, 50, 0.25)


def test_a_negative_entry_gives_nothing_back(tmp_path: Path) -> None:
    row = {"at": time.time(), "change": "#7", "calls": 1, "prompt_tokens": -9, "completion_tokens": -9, "usd": -5.0}
    (tmp_path / FILE_NAME).write_text(f"{json.dumps(row)}\n", encoding="utf-8")
    assert budget(chosen(tmp_path, max_cost_per_day=0.5), HERE) == Budget(cost=0.5)


def test_a_link_that_a_commit_left_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (tmp_path / FILE_NAME).symlink_to(victim)
    note(chosen(tmp_path), HERE, Cost(1, 300, 50, 0.25, 1.0))
    assert (victim.read_text(encoding="utf-8"), recall(tmp_path / FILE_NAME)) == ("precious", ())


def test_a_run_that_may_spend_nothing_asks_no_model_and_the_offline_proposers_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []
    answer = Answer(WRONG, "stop", prompt_tokens=3000, completion_tokens=1000)

    def call(request: Request) -> Answer:
        asked.append(request)
        return answer

    monkeypatch.setattr(model, "call", call)
    repository = RedRepository.make(tmp_path, {**QUICK_FILES, ".agent-ci.yml": "max-tokens-per-change: 4000\n"})
    first = repository.run(proposer=("model",), model="scripted", **QUICK)
    again = repository.run(proposer=("autofix", "model"), model="scripted", **QUICK)
    assert (first.outcome, again.outcome, len(asked)) == ("budget_exhausted", "budget_exhausted", 1)
    assert again.document["reason"] == "the model was not asked: max-tokens-per-change is 4000, and 4000 were used"
    assert [one.usd for one in recall(again.out / FILE_NAME)] == [None]
    offline = repository.run(replies=(GOOD,), **QUICK)
    assert offline.outcome == "fixed"
