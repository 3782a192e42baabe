"""Runs to look at: one that was fixed, one that was not, one whose every text attacks, one with very many cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent_ci.core.cells import Cell
from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.claims import Claims
from agent_ci.core.context import Context, Event
from agent_ci.core.document import Phase, Surroundings, evidence_document
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.rules import HARD_CODED
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, FirstBad, Flake, Reply, Side, Suspect, Verdict

DIFF = (
    "diff --git a/calc.py b/calc.py\nindex 1..2 100644\n--- a/calc.py\n+++ b/calc.py\n"
    "@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
)
MAIL = f"From 1 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] fix: add adds\n\n---\n\n{DIFF}-- \n2.39.5\n"
PATCH = Patch(DIFF, (ChangedFile("calc.py", "M", "100644", "100644", 1, 1),), "base", "tree")
RED = TestCase(
    "tests/test_calc.py::test_add",
    Status.FAILED,
    "assert -1 == 3\n +  where -1 = add(1, 2)\n\nmore that nobody reads",
    "tests/test_calc.py:5: in test_add\n    assert add(1, 2) == 3\nE   assert -1 == 3\ncalc.py:2: AssertionError",
    classname="tests.test_calc",
    name="test_add",
    file="tests/test_calc.py",
    line=4,
    seconds=0.25,
)
GREEN = TestCase("tests/test_calc.py::test_double", Status.PASSED, file="tests/test_calc.py", line=8)
SKIPPED = TestCase("tests/test_calc.py::test_later", Status.SKIPPED, "not yet")
BEFORE = TestReport.of(RED, GREEN, SKIPPED)
AFTER = TestReport.of(replace(RED, status=Status.PASSED, message="", traceback=""), GREEN, SKIPPED)
EVIDENCE = Evidence(
    "fix",
    "test_add fails",
    before=BEFORE,
    targets=(RED,),
    controls=(
        Control(Side.HEAD, alone=True, statuses={RED.id: Status.FAILED}, seconds=0.5),
        Control(Side.BASE, alone=True, statuses={RED.id: Status.PASSED}, seconds=0.5),
    ),
    findings=(Finding("calc.py", 2, "unused name", "F841", "ruff"), Finding("", None, "out of luck")),
    notes=("the base is green",),
    suspects=(Suspect("calc.py", 1, "add", "the failing test calls it"),),
    cells=(Cell.named("windows.xml", (RED.id,)),),
    system="linux",
    toolchain={"runner": "pytest", "python": "/usr/bin/python3"},
)
AROUND = Surroundings(
    Context(
        "github", "o/r", "/w", "c" * 40, "topic", event=Event.PUSH, run_url="https://github.com/o/r/actions/runs/1"
    ),
    {"tier": "bubblewrap", "lacks": ["disk use is watched, not limited"], "why_not_higher": "no image"},
    {"reproduce": 2.0, "prove": 3.0, "total": 6.0, "sandboxed": 4.5, "model": 0.5, "own": 1.0},
    {"agent-ci": "1.2.3", "model": "openai/gpt"},
    timeline=(
        Phase("reproduce", 0.0, 2.0),
        Phase("prove", 2.0, 2.0),
        Phase("rest", 4.5, 0.01),
        Phase("prove", 4.5, 0.5),
    ),
)
REFUSED = Attempt(
    Reply("model", cost=Cost(1, 100, 20, 0.003)), PATCH, (HARD_CODED.objection("calc.py:2: it returns 3"),)
)
PROVEN = Attempt(
    Reply("search", cause="`-` for `+`", note="3 tried"), PATCH, after=AFTER, repeats=8, doubts=("a doubt",)
)
FIXED = Verdict(Outcome.FIXED, "proven with `search`", EVIDENCE, (REFUSED, PROVEN))
FAILED = Verdict(Outcome.NO_FIX, "nothing was proven", EVIDENCE, (REFUSED,))


def document(verdict: Verdict = FIXED, around: Surroundings = AROUND) -> dict[str, object]:
    return evidence_document(verdict, around)


HOSTILE = (
    "</pre></td></script><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x' "
    "\x1b[31m\u202egnihtemos\x00\x07\udcff ::error::x\n::set-output name=a::b\n##[group]x\n"
    "```\n</details>\n<!-- agent-ci:sticky:fix -->\n# heading\n@everyone fixes #1 ![p](https://evil.example/p.png)\n"
    "| a | b |\n[x]: https://evil.example\n/close\n]]>&#0;&lt;"
)


def hostile() -> tuple[Verdict, Surroundings, str]:
    """A verdict in which every text that comes from outside attacks whoever shows it, and its patch."""
    many = HOSTILE * 20
    case = TestCase(f"t.py::{HOSTILE}", Status.FAILED, many, many, HOSTILE, HOSTILE, "t.py", 3)
    lines = "".join(f"+{line}\n" for line in many.replace("\udcff", "").split("\n"))
    diff = f"diff --git a/{'x' * 500} b/{'x' * 500}\n--- a/x\n+++ b/x\n@@ -1 +1,9 @@ {HOSTILE[:60]}\n{lines}"
    patch = Patch(diff, (ChangedFile(HOSTILE, "M", "100644", "100644", 9, 0),), "base", "tree")
    evidence = Evidence(
        HOSTILE,
        HOSTILE,
        before=TestReport.of(case),
        targets=(case,),
        controls=(Control(Side.HEAD, alone=True, statuses={case.id: Status.FAILED}, seconds=1.0),),
        flakes=(Flake(HOSTILE, 1, 2, HOSTILE),),
        findings=(
            Finding(HOSTILE, 1, many, HOSTILE),
            Finding("../../etc/passwd", 1, "x"),
            Finding("/etc/passwd", 1, "x"),
        ),
        notes=(many,) * 20,
        suspects=(Suspect(HOSTILE, 1, HOSTILE, many),),
        cells=(Cell(HOSTILE, (case.id,), HOSTILE),) * 50,
        first_bad=FirstBad("c", HOSTILE),
        toolchain={"runner": HOSTILE, "command": many},
    )
    attempt = Attempt(Reply(HOSTILE, cause=many, note=many), patch, (many,) * 10)
    proven = Attempt(
        Reply(HOSTILE, cause=HOSTILE, claims=Claims(HOSTILE, many, HOSTILE)),
        patch,
        after=TestReport.of(case),
        scope=HOSTILE,
        doubts=(many,) * 50,
    )
    context = Context(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, run_url=f"https://x/)({HOSTILE}")
    facts: Mapping[str, object] = {"tier": HOSTILE, "lacks": [many] * 50, "why_not_higher": HOSTILE}
    times = (Phase(HOSTILE, 0.0, 1.0),) * 300
    around = Surroundings(context, facts, {HOSTILE: 1.0}, {"agent-ci": HOSTILE}, {"sentence": HOSTILE}, times)
    return Verdict(Outcome.FIXED, many, evidence, (attempt,) * 40 + (proven,)), around, diff


def huge(count: int = 100_000) -> tuple[Verdict, Surroundings]:
    """A run of *count* cases, a tenth of them red, each with a long traceback."""
    said = "E   assert 1 == 2\n" * 300
    cases = tuple(
        TestCase(f"tests/test_{n % 100}.py::test_{n}", Status.FAILED if n % 10 == 0 else Status.PASSED, "wrong", said)
        if n % 10 == 0
        else TestCase(f"tests/test_{n % 100}.py::test_{n}", Status.PASSED)
        for n in range(count)
    )
    report = TestReport.of(*cases)
    return Verdict(Outcome.NO_FIX, "too much", Evidence("fix", "x", before=report, targets=report.red)), AROUND
