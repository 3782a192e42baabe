from __future__ import annotations

import json

from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.context import Context, Event
from agent_ci.core.document import SCHEMA, Surroundings, evidence_document, ids_by_status
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, Reply, Side, Verdict

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
    search = {"proposer": "search", "cause": "a slip", "note": "3 tried", "objections": [], "cost": free}
    assert attempts == [model, {**search, "patch": PATCH.sha256}]


def test_an_unknown_price_makes_the_whole_price_unknown() -> None:
    cost = {"calls": 1, "prompt_tokens": 10, "completion_tokens": 5, "usd": None}
    assert document(Outcome.FIXED, REFUSED, PROVEN)["cost"] == cost


def test_without_a_proof_there_is_no_patch_and_no_after() -> None:
    unproven = Attempt(PROVEN.reply, PATCH, ("still red",), AFTER)
    given_up = document(Outcome.NO_FIX, unproven)
    assert (given_up["patch"], given_up["after"], given_up["exit_code"]) == (None, None, 1)


def test_controls_say_which_side_was_red() -> None:
    control = {"side": "base", "alone": True, "red": [], "green": ["t.py::a"], "seconds": 0.123}
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
