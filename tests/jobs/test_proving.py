"""What a change has to stand before it counts, in whole runs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Attempt, Cost, Evidence, Reply, Verdict
from agent_ci.pipeline import execute, judge
from agent_ci.ports import Workbench
from agent_ci.session import Session
from bench.repositories import PYTEST
from tests.red import CALC, FILES, GOOD, QUICK, QUICK_FILES, RedRepository

SOMETIMES = GOOD.replace(
    "+    return a + b",
    "+    import os\n+    return a + b if os.urandom(1)[0] < 110 else 0",
).replace("@@ -1,2 +1,2 @@", "@@ -1,2 +1,3 @@")
LONGER = GOOD.replace("+    return a + b", "+    total = a + b\n+    return total").replace("+1,2 @@", "+1,3 @@")
TESTS_DIFF = """--- a/test_calc.py
+++ b/test_calc.py
@@ -2,7 +2,7 @@


 def test_add():
-    assert add(1, 2) == {}
+    assert add(1, 2) == {}


 def test_double():
"""
LOWERED = (
    TESTS_DIFF.format("3", "-1").replace("@@ -2,7", "@@ -2,7").replace("\n\n\n def test_add", "\n \n \n def test_add")
)
STRENGTHENED = (
    "--- a/test_calc.py\n+++ b/test_calc.py\n@@ -4,6 +4,7 @@\n def test_add():\n     assert add(1, 2) == 3\n"
    "+    assert add(2, 2) == 4\n \n \n def test_double():\n     assert double(2) == 4\n"
)


def with_settings(tmp_path: Path, settings: str, files: dict[str, str] = FILES) -> RedRepository:
    return RedRepository.make(tmp_path, {**files, ".agent-ci.yml": settings})


def test_a_change_that_repairs_only_sometimes_is_not_proven(tmp_path: Path) -> None:
    for _ in range(3):  # its luck may hold through one proof of eight runs, once in a thousand times
        run = RedRepository.make(tmp_path / str(_), QUICK_FILES).run(replies=(SOMETIMES,), repeat=8, **QUICK)
        assert run.outcome == "no_fix"


def test_the_failing_tests_pass_as_often_as_they_failed(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, QUICK_FILES).run(replies=(GOOD,), repeat=5, **QUICK)
    assert run.document["proof"]["repeats"] == 5
    assert run.document["proof"]["scope"] == "the whole suite"


@dataclass(frozen=True)
class Free:
    """A proposer whose changes cost nothing."""

    texts: tuple[str, ...]

    def propose(
        self, _evidence: Evidence, _tried: tuple[Attempt, ...], _: Workbench
    ) -> Generator[Reply, Attempt, None]:
        for text in self.texts:
            yield Reply("free", text)


def offered(tmp_path: Path, *texts: str, repeat: int) -> tuple[Verdict, int]:
    """How a run ends that is offered *texts* for nothing, and how often the suite was run."""
    red = RedRepository.make(tmp_path, QUICK_FILES)
    given = {"repository": str(red.path), "repeat": repeat, "sandbox": "none", "out": str(tmp_path / "out"), **QUICK}
    with Session({"PATH": os.environ["PATH"]}, given, io.StringIO()).opened() as (job, tools):
        verdict = execute(job, replace(tools, proposers=(("free", Free(texts)),)))
    audit = (tmp_path / "out" / "audit.jsonl").read_text(encoding="utf-8")
    return verdict, sum("check.py" in line for line in audit.splitlines())


def test_a_rival_that_is_not_chosen_is_run_once(tmp_path: Path) -> None:
    alone, runs_alone = offered(tmp_path / "alone", GOOD, repeat=6)
    both, runs = offered(tmp_path / "both", GOOD, LONGER, repeat=6)
    assert [attempt.is_proven for attempt in both.attempts] == [True, False]
    assert (both.proof and both.proof.patch) == (alone.proof and alone.proof.patch)
    assert runs == runs_alone + 2  # the failing tests, and all


def test_a_rival_that_is_chosen_passes_as_often_as_the_tests_failed(tmp_path: Path) -> None:
    verdict, _ = offered(tmp_path, LONGER, GOOD, repeat=5)
    assert [attempt.is_proven for attempt in verdict.attempts] == [False, True]
    assert verdict.attempts[1].repeats == 5


def test_a_smaller_rival_that_repairs_only_sometimes_is_not_chosen(tmp_path: Path) -> None:
    counted = f"open('/'.join({('', *tmp_path.parts[1:], 'runs')!r}), 'a+')"  # no linter calls it a temporary file
    often = GOOD.replace("return a + b", f"return a + b if {counted}.write('x') and {counted}.tell() < 5 else 0")
    verdict, _ = offered(tmp_path, LONGER, often, repeat=8)
    assert [attempt.is_proven for attempt in verdict.attempts] == [True, False]
    assert (tmp_path / "runs").stat().st_size > 4


def test_a_lowered_test_is_no_repair_even_where_tests_may_change(tmp_path: Path) -> None:
    run = with_settings(tmp_path, "allow-test-changes: true\npermit: [weakened-test]\n").run(replies=(LOWERED,))
    assert run.outcome == "no_fix"
    assert run.objections == [["test_calc.py::test_add is still red: assert -1 == 3"]]


def test_a_repair_that_adds_to_its_tests_is_welcome_where_tests_may_change(tmp_path: Path) -> None:
    run = with_settings(tmp_path, "allow-test-changes: true\n").run(replies=(GOOD + STRENGTHENED,))
    assert run.outcome == "fixed"


CODE = "import sys; text = open('calc.py').read(); sys.exit(print('calc.py:3: plus') or 1 if '+' in text else 0)"
HOOK = f'{sys.executable} -c "{CODE}"'


NAMES = ("lint", "type-check", "security")


def test_what_a_hook_finds_anew_is_an_objection(tmp_path: Path) -> None:
    settings = "".join(f"{name}: >-\n  {HOOK}\n" for name in NAMES)
    run = with_settings(tmp_path, settings, QUICK_FILES).run(replies=(GOOD,), **QUICK)
    assert run.outcome == "no_fix"
    assert run.objections == [[f"`{name}` says: calc.py:3: plus [hook]" for name in NAMES]]


def test_what_a_hook_found_before_does_not_count_wherever_it_has_moved(tmp_path: Path) -> None:
    old = {**QUICK_FILES, "calc.py": f"{CALC}\n\ndef more(a):\n    return a + 1\n"}
    run = with_settings(tmp_path, f"lint: >-\n  {HOOK}\n", old).run(replies=(GOOD,), **QUICK)
    assert run.outcome == "fixed"


def test_a_hook_that_cannot_be_run_is_an_objection_and_loses_nothing(tmp_path: Path) -> None:
    run = with_settings(tmp_path, "lint: no-such-linter --check\n", QUICK_FILES).run(replies=(GOOD,), **QUICK)
    assert run.objections[0][0].startswith("`lint` cannot be run: `no-such-linter --check` cannot be started")


TWO = {
    **QUICK_FILES,
    "calc.py": "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return a * 3\n",
}
SECOND = "--- a/calc.py\n+++ b/calc.py\n@@ -5,2 +5,2 @@\n def double(a):\n-    return a * 3\n+    return a * 2\n"
BOTH = GOOD + SECOND.partition("b/calc.py\n")[2]


def test_two_root_causes_are_repaired_one_after_the_other_and_proven_together(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, TWO).run(replies=(GOOD, SECOND), **QUICK)
    assert run.outcome == "fixed"
    assert len(run.document["groups"]) == 2
    assert run.patch.count("\n+    return") == 2
    assert run.document["after"]["failed"] == []


@dataclass
class Paid:
    """A proposer whose answers cost a call each, the next of *texts* whatever it is asked; they are counted."""

    texts: list[str]
    calls: int = 0

    def propose(
        self, _evidence: Evidence, _tried: tuple[Attempt, ...], _: Workbench
    ) -> Generator[Reply, Attempt, None]:
        while self.texts:
            self.calls += 1
            yield Reply("paid", self.texts.pop(0), Cost(calls=1))


def answered(tmp_path: Path, paid: Paid) -> Verdict:
    """How `fix` ends in a repository with two root causes, where *paid* alone is asked."""
    apart = TWO["calc.py"].replace("\n\n\n", "\n" + "# between\n" * 9)  # so that git tells two hunks
    red = RedRepository.make(tmp_path, {**TWO, "calc.py": apart})
    given = {"repository": str(red.path), "repeat": 2, "sandbox": "none", "out": str(tmp_path / "out"), **QUICK}
    with Session({"PATH": os.environ["PATH"]}, given, io.StringIO()).opened() as (job, tools):
        return execute(job, replace(tools, proposers=(("paid", paid),)))


def test_what_was_paid_for_as_the_repair_of_all_and_is_that_of_one_is_not_asked_for_again(tmp_path: Path) -> None:
    paid = Paid([GOOD, SECOND])
    verdict = answered(tmp_path, paid)
    assert (verdict.outcome, paid.calls) == (Outcome.FIXED, 2)
    assert sorted(attempt.reply.cost.calls for attempt in verdict.attempts if attempt.group) == [0, 1]


@pytest.mark.parametrize(("texts", "calls"), [([BOTH], 1), (["no change", BOTH], 2)], ids=["of all", "of one"])
def test_an_answer_that_repairs_every_cause_is_paid_for_once_whatever_was_asked(
    tmp_path: Path, texts: list[str], calls: int
) -> None:
    paid = Paid([*texts, "nobody asks for this"])
    verdict = answered(tmp_path, paid)
    assert (verdict.outcome, paid.calls) == (Outcome.FIXED, calls)
    assert verdict.proof is not None
    assert verdict.proof.patch is not None
    assert (verdict.proof.patch.size, verdict.proof.repeats) == (4, 2)


class Several(Paid):
    """As that, where all of *texts* answer one question and the first carries the cost."""

    def propose(
        self, _evidence: Evidence, _tried: tuple[Attempt, ...], _: Workbench
    ) -> Generator[Reply, Attempt, None]:
        count = len(self.texts)
        for number in range(count):
            cost = Cost(calls=0 if number else count)
            yield Reply("paid", self.texts[number], cost, candidate=number, candidates=count)


def test_all_answers_to_one_question_are_tried_also_where_there_are_several_causes(tmp_path: Path) -> None:
    verdict = answered(tmp_path, Several(["no change", BOTH, "nobody tries this"]))
    assert verdict.outcome is Outcome.FIXED
    assert [(attempt.group, attempt.reply.candidate) for attempt in verdict.attempts] == [("", 0), ("", 1)]


def test_where_one_answer_repairs_every_cause_each_has_to_pass_as_often_as_it_failed(tmp_path: Path) -> None:
    counted = f"open('/'.join({('', *tmp_path.parts[1:], 'runs')!r}), 'a+')"
    often = BOTH.replace("return a * 2", f"return a * (2 if {counted}.write('x') and {counted}.tell() < 4 else 3)")
    paid = Paid(["no change", often])
    verdict = answered(tmp_path, paid)
    assert verdict.outcome is Outcome.NO_FIX
    assert "calc::double passed in 1 run(s) with the change" in verdict.attempts[-1].objections[0]


def test_a_repair_of_one_cause_of_two_is_kept_and_is_no_fix(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, TWO).run(replies=(GOOD,), **QUICK)
    assert (run.outcome, run.document["exit_code"]) == ("no_fix", 1)
    assert "+    return a + b" in (run.out / "partial.patch").read_text(encoding="utf-8")
    assert not (run.out / "fix.patch").exists()


def test_one_reply_that_repairs_every_cause_is_kept_whole(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, TWO).run(replies=(BOTH,), **QUICK)
    assert run.outcome == "fixed"
    assert run.patch.count("\n+    return") == 2


MANY = {
    **FILES,
    "other.py": "def one():\n    return 1\n",
    "test_other.py": "import pytest\nfrom other import one\n\n\n@pytest.mark.parametrize('n', range(10))\n"
    "def test_one(n):\n    assert one() == 1\n",
}


def test_a_suite_that_is_too_long_is_sampled_and_the_evidence_says_so(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, MANY)
    given = {"repository": str(repository.path), "run": PYTEST, "repeat": 2, "out": str(tmp_path / "out")}
    with Session({"PATH": os.environ["PATH"]}, given, io.StringIO()).opened() as (job, tools):
        evidence = job.gather(tools)
        slow = tuple(replace(run, seconds=1000.0) for run in evidence.controls)
        attempt = judge(job, tools, replace(evidence, controls=slow), Reply("replay", GOOD))
    assert attempt.is_proven
    assert "2 tests that the change reaches were run, and 2 of the 10 others" in attempt.scope
    assert attempt.after is not None
    assert attempt.after.tally.passed == 4


def test_a_repair_that_takes_back_all_of_the_change_is_left_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    green = {**QUICK_FILES, "calc.py": CALC.replace("a - b", "a + b")}
    whole = RedRepository.make(tmp_path, green).commit({"calc.py": CALC})
    part = RedRepository.make(tmp_path / "part", green).commit({"calc.py": f"{CALC}\n\ndef more():\n    return 1\n"})
    doubts = [one.run(replies=(GOOD,), **QUICK).document["proof"]["doubts"] for one in (whole, part)]
    assert [len(some) for some in doubts] == [1, 0]
    assert "takes back all that the change did to the code" in doubts[0][0]
