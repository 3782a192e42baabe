from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from agent_ci.core.cells import Cell
from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.context import Context, Event
from agent_ci.core.document import (
    SCHEMA,
    Phase,
    Surroundings,
    evidence_document,
    ids_by_status,
)
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.rules import HARD_CODED
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, Reply, Side, Verdict
from agent_ci.core.sealing import broken_seal, sealed, text_of

RED = TestCase("t.py::a", Status.FAILED, "wrong")
GREEN = TestCase("t.py::b", Status.PASSED)
AFTER = TestReport.of(TestCase("t.py::a", Status.PASSED), GREEN)
PATCH = Patch("diff", (ChangedFile("a.py", "M", "100644", "100644", 2, 1),), "base", "tree")
EVIDENCE = Evidence(
    "fix",
    "t.py::a: wrong",
    "base",
    before=TestReport.of(RED, GREEN),
    targets=(RED,),
    controls=(Control(Side.BASE, alone=True, statuses={"t.py::a": Status.PASSED}, seconds=0.12345),),
    findings=(Finding("a.py", 1, "wrong"),),
    notes=("a note",),
    toolchain={"runner": "pytest"},
)
REFUSED = Attempt(Reply("model", cost=Cost(1, 10, 5, None)), objections=("no hunk",))
PROVEN = Attempt(Reply("search", cause="a slip", note="3 tried"), PATCH, after=AFTER)
AROUND = Surroundings(Context("git", "r", "w", "c" * 40, event=Event.PUSH), timings={"total": 1.23456})


def document(outcome: Outcome, *attempts: Attempt) -> dict[str, object]:
    return evidence_document(Verdict(outcome, "because", EVIDENCE, attempts), AROUND)


def test_a_fixed_run_is_told_whole() -> None:
    fixed = document(Outcome.FIXED, REFUSED, PROVEN)
    told = {key: fixed[key] for key in ("schema", "job", "outcome", "exit_code", "reason", "targets", "notes")}
    assert told == {
        "schema": SCHEMA,
        "job": "fix",
        "outcome": "fixed",
        "exit_code": 0,
        "reason": "because",
        "targets": ["t.py::a"],
        "notes": ["a note"],
    }
    assert fixed["patch"] == {
        "sha256": PATCH.sha256,
        "files": ["a.py"],
        "added": 2,
        "removed": 1,
        "base_tree": "base",
        "tree": "tree",
    }
    assert fixed["after"] == {"passed": ["t.py::a", "t.py::b"], "failed": [], "errored": [], "skipped": []}


def test_attempts_keep_their_order_their_objections_and_their_cost() -> None:
    attempts = document(Outcome.FIXED, REFUSED, PROVEN)["attempts"]
    free = {"calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "usd": 0.0}
    paid = {"calls": 1, "prompt_tokens": 10, "completion_tokens": 5, "usd": None}
    model = {"proposer": "model", "cause": "", "note": "", "patch": None, "objections": ["no hunk"], "cost": paid}
    model |= {"rules": [], "group": ""}
    search = {"proposer": "search", "cause": "a slip", "note": "3 tried", "objections": [], "cost": free}
    search |= {"rules": [], "group": ""}
    assert attempts == [model, {**search, "patch": PATCH.sha256}]


def test_an_unknown_price_makes_the_whole_price_unknown() -> None:
    cost = {"calls": 1, "prompt_tokens": 10, "completion_tokens": 5, "usd": None}
    assert document(Outcome.FIXED, REFUSED, PROVEN)["cost"] == cost
    kept = replace(REFUSED, reply=replace(REFUSED.reply, cost=Cost(1, 10, 5, None, cached_tokens=7)))
    assert document(Outcome.FIXED, kept, PROVEN)["cost"] == {**cost, "cached_tokens": 7}


def test_without_a_proof_there_is_no_patch_and_no_after() -> None:
    unproven = Attempt(PROVEN.reply, PATCH, ("still red",), AFTER)
    given_up = document(Outcome.NO_FIX, unproven)
    assert (given_up["patch"], given_up["after"], given_up["exit_code"]) == (None, None, 1)


def test_controls_say_which_side_was_red() -> None:
    usual = {"order": 0, "hash_seed": None, "clock": 0.0, "workers": 0}
    control = {"side": "base", "alone": True, "red": [], "green": ["t.py::a"], "conditions": usual, "seconds": 0.123}
    assert document(Outcome.NO_FIX)["controls"] == [control]


def test_each_case_is_listed_once_per_run_even_under_one_id() -> None:
    twice = TestReport.of(RED, RED, TestCase("t.py::c", Status.ERRORED), TestCase("t.py::d", Status.SKIPPED))
    assert ids_by_status(twice) == {
        "passed": [],
        "failed": ["t.py::a", "t.py::a"],
        "errored": ["t.py::c"],
        "skipped": ["t.py::d"],
    }


def test_a_document_holds_json_values_only() -> None:
    fixed = document(Outcome.FIXED, REFUSED, PROVEN)
    assert json.loads(json.dumps(fixed, allow_nan=False)) == fixed


def test_every_run_has_the_same_keys() -> None:
    early = Verdict(Outcome.USAGE_ERROR, "wrong", Evidence("fix", "wrong"))
    assert evidence_document(early, AROUND).keys() == document(Outcome.FIXED, PROVEN).keys()


def test_the_rules_that_objections_name_are_listed() -> None:
    refused = Attempt(Reply("model"), objections=(HARD_CODED.objection("a.py:1: it returns 3"), "t.py::a is still red"))
    attempts: Any = document(Outcome.POLICY_REFUSED, refused)["attempts"]
    assert [attempt["rules"] for attempt in attempts] == [["hard-coded"]]


def test_the_proof_says_how_far_it_reaches() -> None:
    cells = (Cell.named("linux-py3.11.xml", ("t.py::a",)), Cell.named("windows.xml", ("t.py::a",)))
    evidence = replace(EVIDENCE, cells=cells, system="linux", toolchain={"python_version": "3.11.7"})
    proven = replace(PROVEN, repeats=8, doubts=("they differ",))
    proof = evidence_document(Verdict(Outcome.FIXED, "", evidence, (proven,)), AROUND)["proof"]
    assert isinstance(proof, dict)
    assert (proof["scope"], proof["repeats"], proof["doubts"]) == ("the whole suite", 8, ["they differ"])
    assert [cell["proof"] for cell in proof["cells"]] == [
        "verified",
        "not runnable here: it is a windows job and this is linux",
    ]


def test_a_proof_of_one_root_cause_is_no_proof_of_the_run() -> None:
    part = document(Outcome.NO_FIX, replace(PROVEN, group="f" * 16))
    assert (part["patch"], part["proof"], part["after"]) == (None, None, None)


SEALED = sealed({"before": {"passed": ["t.py::é"]}, "count": 1})


def test_what_was_sealed_and_written_is_whole() -> None:
    assert broken_seal(text_of(SEALED)) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (text_of({**SEALED, "count": 2}), "its part 'count' was changed after it was written"),
        (text_of({**SEALED, "more": 2}), "its part 'more' was changed after it was written"),
        (
            text_of({key: SEALED[key] for key in ("before", "seal")}),
            "its part 'count' was changed after it was written",
        ),
        (text_of(SEALED).replace("  ", " "), "its spacing or the order of its parts was changed after it was written"),
        (text_of({"count": 1}), "it is not evidence that agent-ci wrote (KeyError: 'seal')"),
        ("[]", "it is not evidence that agent-ci wrote (TypeError: "),
        ("{", "it is not evidence that agent-ci wrote (JSONDecodeError"),
    ],
)
def test_what_was_changed_since_is_named(text: str, fault: str) -> None:
    assert broken_seal(text)[: len(fault)] == fault


def test_a_failure_has_a_place_a_message_and_the_group_whose_end_of_a_traceback_is_kept() -> None:
    case = TestCase("t.py::a", Status.FAILED, "wrong\n\nmore", "t.py:3: in a\nE   wrong", file="t.py", line=2)
    told: Any = evidence_document(Verdict(Outcome.NO_FIX, "so", replace(EVIDENCE, targets=(case,))), AROUND)
    [group] = told["groups"]
    failure = {"id": "t.py::a", "file": "t.py", "line": 3, "message": "wrong", "group": group["fingerprint"]}
    assert told["failures"] == [failure]
    assert group["excerpt"] == "t.py:3: in a\nE   wrong"


def test_what_is_red_and_not_to_be_repaired_is_told_as_well() -> None:
    told: Any = evidence_document(Verdict(Outcome.FLAKY, "so", replace(EVIDENCE, targets=())), AROUND)
    assert [failure["id"] for failure in told["failures"]] == ["t.py::a"]
    assert (told["targets"], told["groups"]) == ([], [])


def test_what_is_kept_of_very_many_failures_is_bounded() -> None:
    many = tuple(TestCase(f"t.py::test_{n}", Status.FAILED, "wrong", "E   wrong") for n in range(600))
    told: Any = evidence_document(Verdict(Outcome.NO_FIX, "so", replace(EVIDENCE, targets=many)), AROUND)
    assert (len(told["targets"]), len(told["failures"])) == (600, 500)
    assert sum(bool(group["excerpt"]) for group in told["groups"]) == 20


def test_the_timeline_says_when_each_phase_was_and_is_bounded() -> None:
    phases = tuple(Phase("prove", float(n), 0.12345) for n in range(300))
    told: Any = evidence_document(Verdict(Outcome.NO_FIX, "so", EVIDENCE), replace(AROUND, timeline=phases))
    assert told["timeline"][1] == {"name": "prove", "start": 1.0, "seconds": 0.123}
    assert len(told["timeline"]) == 200
