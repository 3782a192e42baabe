"""Whole runs with a model: the scripted endpoint, the real litellm, the real pipeline, here and there real pytest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.views.comment import comment
from agent_ci.model.exchanges import record
from agent_ci.spending import FILE_NAME, recall
from tests.red import FILES, GOOD, QUICK, QUICK_FILES, RedRepository, Run
from tests.servers.chat import ChatServer, Step, fails, html, says

KEY = "sk-canary-4Zq81uQm0Rt55vLw"


def fix(tmp_path: Path, server: ChatServer, files: Mapping[str, str] = FILES, **given: object) -> Run:
    options: dict[str, Any] = {
        "proposer": ("model",),
        "model": "scripted",
        "api_base": server.url,
        "time_limit": 240.0,
        **given,
    }
    return RedRepository.make(tmp_path, files).run(environment={"AGENT_CI_API_KEY": KEY}, **options)


def quick_fix(tmp_path: Path, server: ChatServer, **given: object) -> Run:
    return fix(tmp_path, server, QUICK_FILES, **QUICK, **given)


def wrong(operator: str) -> Step:
    return says(GOOD.replace("+    return a + b", f"+    return a {operator} b"))


def test_a_wrong_diff_and_then_a_right_one_is_fixed_in_two_calls(tmp_path: Path, chat_server: ChatServer) -> None:
    chat_server.play(wrong("*"), says(GOOD))
    run = fix(tmp_path, chat_server)
    assert (run.outcome, run.document["cost"]["calls"], len(chat_server.requests)) == ("fixed", 2, 2)
    assert set(run.document["versions"]["prompts"]) >= {"system.v8", "fix.v3"}
    assert list(run.document["timings"]).count("coverage") == 1
    assert "test_calc.py::test_add is still red" in chat_server.requests[1].text


def test_where_the_search_repairs_it_no_model_is_asked_and_nothing_is_run_for_its_question(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    run = fix(tmp_path, chat_server, proposer=("search", "model"))
    assert (run.outcome, len(chat_server.requests)) == ("fixed", 0)
    assert "coverage" not in run.document["timings"]


def test_other_notations_than_a_diff_are_judged_alike_and_what_is_unclear_is_told(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    block = "{}\n```python\n<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n```\n"
    chat_server.play(
        says(block.format(".github/workflows/ci.yml", "x", "y").replace("\nx\n", "\n")),
        says("calc.py\n```python\ndef plus(a, b):\n    return a + b\n```\n"),
        says(block.format("calc.py", "    return a", "    return b")),
        says("The sign in `calc.py` is wrong.\n\n```python\ndef add(a, b):\n    return a + b\n```\n"),
    )
    run = quick_fix(tmp_path, chat_server)
    assert (run.outcome, len(chat_server.requests)) == ("fixed", 4)
    refused, unknown, misplaced, proven = run.objections
    assert ".github/workflows/ci.yml" in refused[0]
    assert "has no function plus" in unknown[0]
    assert "does not fit" in misplaced[0]
    assert proven == []
    assert unknown[0] in chat_server.requests[2].text


def test_endless_wrong_diffs_climb_the_ladder_to_a_fresh_start_and_end_within_the_budget(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    operators = ("*", "//", "%", "**", "<<")
    chat_server.play(*[wrong(operator) for operator in operators], always=says(GOOD))
    run = quick_fix(tmp_path, chat_server)
    assert (run.outcome, run.document["exit_code"], len(chat_server.requests)) == ("no_fix", 1, 5)
    asked = [request.text for request in chat_server.requests]
    shown = [[f"+    return a {operator} b" in text for operator in operators].count(True) for text in asked]
    assert shown == [0, 1, 2, 0, 0]
    ideas = [[line for line in text.splitlines() if " | refused: " in line] for text in asked]
    told = [f"- calc.py: no cause was named | refused: calc::add is still red: {value} is not 3" for value in (2, 0, 1)]
    assert ideas == [[], [], [], told, told]  # the last two give the same, and are one line
    notes = [[name for name in ("three different causes", "start anew") if name in text] for text in asked]
    assert notes == [[], [], ["three different causes"], ["start anew"], ["start anew"]]
    assert {len(request.json["messages"]) for request in chat_server.requests} == {2}


def test_a_test_that_the_model_asks_for_is_run_in_the_sandbox(tmp_path: Path, chat_server: ChatServer) -> None:
    asked = "LOOK run calc::add\nLOOK run calc::double\nLOOK run calc::other\nLOOK history calc.py\nLOOK history ../x"
    chat_server.play(says(asked), says(GOOD))
    run = quick_fix(tmp_path, chat_server)
    assert (run.outcome, run.document["cost"]["calls"], len(run.objections)) == ("fixed", 2, 1)
    seen = chat_server.requests[1].text.partition("# What you asked to see")[2]
    assert [text in seen for text in ("It failed.\n-1 is not 3", "It passed.", "no test of this name")] == [True] * 3
    assert seen.count("Commits that changed it") == 1
    assert re.search(r"the newest first:\n[0-9a-f]{7,} first\n", seen)


def test_a_token_limit_is_named(tmp_path: Path, chat_server: ChatServer) -> None:
    chat_server.play(says(GOOD.replace("a + b", "a * b"), tokens=(9_000, 2_000)), always=says(GOOD))
    run = quick_fix(tmp_path, chat_server, max_tokens=10_000)
    assert run.outcome == "budget_exhausted"
    assert "tokens" in run.document["reason"]


@pytest.mark.parametrize(
    ("step", "outcome", "calls"),
    [
        (fails(400), "model_unavailable", 1),
        (fails(401, f"bad key {KEY}"), "model_unavailable", 1),
        (fails(404), "model_unavailable", 1),
        (fails(429, retry_after="3600"), "model_unavailable", 1),
        (fails(500), "model_unavailable", 3),
        (html(), "model_unavailable", 3),
        (says(""), "model_unavailable", 3),
        (says("I cannot help with that."), "no_fix", 5),
        (says(GOOD, finish="content_filter"), "no_fix", 2),
        (says("", refusal="I must not."), "no_fix", 2),
    ],
    ids=["400", "401", "404", "429-hour", "500", "html", "empty", "prose", "filter", "refusal"],
)
def test_a_fault_of_the_model_has_its_promised_outcome_and_leaks_nothing(
    tmp_path: Path, chat_server: ChatServer, step: Step, outcome: str, calls: int
) -> None:
    chat_server.play(always=step)
    run = quick_fix(tmp_path, chat_server)
    assert run.outcome == outcome
    assert (run.document["cost"]["calls"], len(chat_server.requests)) == (calls, calls)
    assert [one.calls for one in recall(run.out / FILE_NAME)] == [calls]
    assert [path.name for path in run.out.iterdir() if b"canary-4Zq8" in path.read_bytes()] == []
    assert "Traceback" not in (run.out / "explanation.md").read_text()


def test_the_key_is_in_no_test_run(tmp_path: Path, chat_server: ChatServer) -> None:
    chat_server.play(always=says(GOOD))
    assert fix(tmp_path, chat_server).outcome == "fixed"
    assert [request for request in chat_server.requests if KEY in request.text] == []


def test_what_a_model_says_beside_its_change_is_told_as_its_own_claim_and_a_low_confidence_as_a_doubt(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    claims = "CONFIDENCE: low\nRISK: sums of text, @everyone <img src=x>\nTEST: a sum of none\n"
    chat_server.play(wrong("*"), says(f"The sign.\n\n```diff\n{GOOD}```\n\n{claims}"))
    run = quick_fix(tmp_path, chat_server)
    said = {"confidence": "low", "risk": "sums of text, @everyone <img src=x>", "test_further": "a sum of none"}
    assert run.outcome == "fixed"
    assert [attempt.get("claims") for attempt in run.document["attempts"]] == [None, said]
    assert run.document["proof"]["claims"] == said
    assert run.document["proof"]["doubts"] == ["the model itself is not sure of this change"]
    label = "What the model says of it, which nobody has checked:"
    shown = [(run.out / name).read_text(encoding="utf-8") for name in ("explanation.md", "report.html")]
    shown.append(comment(run.document, key="fix"))
    assert [label in text for text in shown] == [True] * 3
    assert ["to test further: a sum of none" in text for text in shown] == [True] * 3
    assert ["<img" in text for text in shown] == [False] * 3
    assert ["@everyone" in text for text in shown] == [False, True, False]  # a page notifies nobody


def test_a_change_that_fails_as_the_one_before_did_is_told_so_and_leads_to_a_fresh_start_sooner(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    chat_server.play(wrong("*"), says(GOOD.replace("+    return a + b", "+    return b * a")), says(GOOD))
    run = quick_fix(tmp_path, chat_server)
    assert (run.outcome, len(chat_server.requests)) == ("fixed", 3)
    first, second, third = (request.text for request in chat_server.requests)
    assert "instead of" not in first
    assert "calc::add says `2 is not 3` instead of `-1 is not 3`." in second
    assert "start anew" in third
    assert third.count("is still red: 2 is not 3") == 1  # both ideas are one line


def test_of_several_answers_to_one_question_the_smallest_that_is_proven_wins_in_one_attempt(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    large = says(GOOD.replace("+    return a + b", "+    total = a\n+    total += b\n+    return total"))
    chat_server.play(large, wrong("*"), wrong("*"), says(GOOD))
    run = quick_fix(tmp_path, chat_server, candidates=4, max_attempts=1)
    assert (run.outcome, len(chat_server.requests), run.document["cost"]["calls"]) == ("fixed", 4, 4)
    assert [bool(objections) for objections in run.objections] == [True, False]
    assert [attempt["cost"]["calls"] for attempt in run.document["attempts"]] == [4, 0]
    assert "+    return a + b" in run.patch
    assert len({request.text for request in chat_server.requests}) == 1
    cassette = tmp_path / "case.jsonl"
    record(run.out / "audit.jsonl", cassette)
    again = RedRepository(tmp_path / "repository", tmp_path).run(
        proposer=("replay",), cassette=str(cassette), max_attempts=1, **QUICK
    )
    assert (again.outcome, again.objections, again.document["cost"]["calls"]) == ("fixed", run.objections, 4)
    assert again.document["patch"] == run.document["patch"]
