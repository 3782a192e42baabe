from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.document import Surroundings
from agent_ci.core.explanation import explain
from agent_ci.core.kinds import Kind
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, JobLog, Reply, Side, Verdict

RED = TestCase("t.py::a", Status.FAILED, "wrong", "t.py:3: in a\nE   wrong", file="t.py", line=3)
AFTER = TestReport.of(TestCase("t.py::a", Status.PASSED), TestCase("t.py::b", Status.PASSED))
PATCH = Patch("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+2\n", (), "base", "tree")
CONTROL = Control(Side.HEAD, alone=True, statuses={"t.py::a": Status.FAILED}, seconds=0.5)
EVIDENCE = Evidence(
    "fix",
    "red",
    targets=(RED,),
    controls=(CONTROL, CONTROL),
    notes=("a note",),
    toolchain={"python": "/usr/bin/python3"},
)
AROUND = Surroundings(Context("git", "r", "w", "c"), {"tier": "none"}, {"total": 9.0, "own": 1.0})
PROVEN = Attempt(Reply("search", cause="a slip"), PATCH, after=AFTER)


def told(outcome: Outcome = Outcome.NO_FIX, *attempts: Attempt, evidence: Evidence = EVIDENCE, why: str = "so") -> str:
    return explain(Verdict(outcome, why, evidence, attempts), AROUND)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_headline_on_the_first_line(outcome: Outcome) -> None:
    first, _, rest = told(outcome).partition("\n\n")
    assert first.startswith("# ")
    assert rest.startswith("so\n\n## ")


def test_a_fixed_run_tells_failure_controls_change_and_cost() -> None:
    text = told(Outcome.FIXED, PROVEN)
    for part in (
        "`t.py::a` (t.py:3)\n\n```\nt.py:3: in a\nE   wrong\n```",
        "- head: red in 2 of 2 runs (1.0 s)\n- a note",
        f"a slip\n\n```diff\n{PATCH.diff}```",
        "After it: 2 passed, 0 red, 0 skipped; 1 of them was red before.",
        "/usr/bin/python3 -m pytest t.py::a",
        "- cost: 0 model calls, 0 + 0 tokens, US$ 0.0000; 9.0 s in all, 1.0 s of it our own\n- isolation: none",
    ):
        assert part in text
    assert "## What was tried" not in text


def test_what_was_tried_in_vain_is_listed_with_its_first_objections() -> None:
    reply = Reply("model", cost=Cost(1, 10, 5, None, cached_tokens=7))
    text = told(Outcome.NO_FIX, Attempt(reply, objections=("a\nb", "c", "d", "e", "f")))
    assert "## What was tried\n\n1. model: a b; c; d (and 2 more)\n" in text
    assert "- cost: 1 model calls, 10 + 5 tokens (7 of them kept by the provider from an earlier call), unknown" in text


def test_many_failures_are_counted_and_the_first_are_shown() -> None:
    rows = tuple(replace(RED, id=f"t.py::t[{number}]", name=f"t[{number}]") for number in range(12))
    text = told(evidence=replace(EVIDENCE, targets=rows))
    assert "## What failed: 12 test(s), 1 root cause(s)" in text
    assert (" and 2 more." in text, "`t.py::t[9]`" in text, "`t.py::t[10]`" in text) == (True, True, False)


def test_a_long_traceback_is_shown_by_its_ends() -> None:
    lines = [f"line {number}" for number in range(100)]
    text = told(evidence=replace(EVIDENCE, targets=(replace(RED, traceback="\n".join(lines)),)))
    assert "line 14\n…\nline 85\n" in text


def test_nothing_in_a_traceback_ends_its_block() -> None:
    text = told(evidence=replace(EVIDENCE, targets=(replace(RED, traceback="a\n````\n# Fixed"),)))
    assert "`````\na\n````\n# Fixed\n`````" in text


@pytest.mark.parametrize(
    ("id_", "shown"),
    [
        ("t.py::a[`x`]", "``t.py::a[`x`]``"),
        ("t.py::a[``]", "```t.py::a[``]```"),
        ("`", "`` ` ``"),
        ("t.py::a[x]\n# Fixed", "`t.py::a[x] # Fixed`"),
    ],
    ids=["backticks", "two-backticks", "only-a-backtick", "line-end"],
)
def test_nothing_in_an_id_ends_its_code(id_: str, shown: str) -> None:
    text = told(evidence=replace(EVIDENCE, targets=(replace(RED, id=id_),)))
    assert f"\n{shown} (t.py:3)\n" in text


@pytest.mark.parametrize("id_", ["t.py::a['; rm -rf ~ #]", "t.py::a[$(reboot)]", "t.py::a[x y]"])
def test_the_command_to_reproduce_names_the_test_and_runs_nothing_else(id_: str) -> None:
    text = told(evidence=replace(EVIDENCE, targets=(replace(RED, id=id_),)))
    command = text.partition("```sh\n")[2].partition("\n```")[0]
    assert shlex.split(command) == ["/usr/bin/python3", "-m", "pytest", id_]


HOSTILE = "ping @team\n# Fixed\n<img src=x> ![x](http://evil/#1)"


@pytest.mark.parametrize(
    "text",
    [
        told(why=HOSTILE),
        told(evidence=replace(EVIDENCE, notes=(HOSTILE,))),
        told(Outcome.NO_FIX, Attempt(Reply("model"), objections=(HOSTILE,))),
        told(Outcome.FIXED, replace(PROVEN, reply=Reply("model", cause=HOSTILE))),
    ],
    ids=["reason", "note", "objection", "cause"],
)
def test_words_from_outside_notify_nobody_and_form_nothing(text: str) -> None:
    assert not any(harm in text for harm in ("@team", "\n# Fixed", "<img", "![x]"))
    assert "ping @ team # Fixed &lt;img" in text


def test_a_run_that_stopped_early_still_says_what_it_knows() -> None:
    text = told(Outcome.USAGE_ERROR, evidence=Evidence("fix", "wrong"), why="no such option")
    assert text.startswith("# A setting is wrong\n\nno such option\n\n## Cost and isolation\n\n- cost: 0 model calls")


def test_what_logs_say_is_told_with_kinds_places_and_what_was_left_out() -> None:
    found = Finding("a.c", 3, "no <b>", kind=Kind.COMPILE, log="job.log", log_line=12)
    elsewhere = Finding("job.log", None, "it failed", log="job.log", log_line=13)
    log = JobLog("job.log", "a\n… 10 lines left out (2 to 11) …\na.c:3: no <b>", "make ended with exit code 2", 2, 12)
    text = told(evidence=replace(EVIDENCE, findings=(found, elsewhere), logs=(log,)))
    assert (
        "## What the logs say\n\n- `a.c:3` no &lt;b> (compile error, line 12 of the log)\n"
        "- `job.log` it failed (other, line 13 of the log)\n\n"
        "`job.log`: make ended with exit code 2. 2 of its 12 lines:\n\n"
        "```\na\n… 10 lines left out (2 to 11) …\na.c:3: no <b>\n```\n"
    ) in text
    assert "## What the logs say" not in told()


def test_of_many_findings_the_first_are_listed_and_the_rest_is_counted() -> None:
    text = told(evidence=replace(EVIDENCE, findings=tuple(Finding(f"{n}.c", 3, "no") for n in range(25))))
    assert "- `9.c:3` no (other)\n- … and 15 more\n" in text
