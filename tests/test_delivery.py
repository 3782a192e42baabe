from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Reply, Verdict
from agent_ci.delivery import HandOver, hand_over
from agent_ci.pipeline import judge
from agent_ci.ports import Delivery
from agent_ci.session import Session
from bench.repositories import PYTEST, git
from tests.red import GOOD, RedRepository


class Recorder:
    """A forge that notes how a change was to be delivered."""

    def __init__(self) -> None:
        self.modes: list[str] = []

    def deliver(self, _verdict: Verdict, mode: str) -> Delivery:
        self.modes.append(mode)
        return Delivery(mode, "done")


def handed_over(
    tmp_path: Path, forge: Recorder, *, doubts: tuple[str, ...] = (), deliver: str = "patch", **variables: str
) -> HandOver:
    repository = RedRepository.make(tmp_path)
    out = str(tmp_path / "out")
    given = {"repository": str(repository.path), "run": PYTEST, "repeat": 2, "out": out, "sandbox": "none"}
    session = Session({"PATH": os.environ["PATH"], **variables}, {**given, "deliver": deliver}, io.StringIO())
    with session.opened() as (job, tools):
        evidence = job.gather(tools)
        reply = Reply("replay", GOOD, cause="the sign of canary-77d1f0a9c2 is wrong")
        proven = replace(judge(job, tools, evidence, reply), doubts=doubts)
        verdict = Verdict(Outcome.FIXED, "", evidence, (proven,))
        return hand_over(verdict, forge, tools, session.settings, session.outward)  # type: ignore[arg-type] # one method


@pytest.mark.parametrize("deliver", ["commit", "pull-request"])
def test_a_change_that_leaves_doubts_waits_for_a_person(tmp_path: Path, deliver: str) -> None:
    forge = Recorder()
    done = handed_over(tmp_path, forge, doubts=("they differ",), deliver=deliver)
    assert forge.modes == ["suggestion"]
    assert done.patch is not None


@pytest.mark.parametrize("deliver", ["commit", "patch", "none"])
def test_a_change_without_doubts_goes_where_it_was_asked_to(tmp_path: Path, deliver: str) -> None:
    forge = Recorder()
    handed_over(tmp_path, forge, doubts=(), deliver=deliver)
    assert forge.modes == [deliver]


@pytest.mark.parametrize("deliver", ["commit", "patch"])
def test_a_change_that_holds_a_secret_goes_nowhere_and_is_no_proof(tmp_path: Path, deliver: str) -> None:
    forge = Recorder()
    done = handed_over(tmp_path, forge, deliver=deliver, A_TOKEN="return a + b")  # noqa: S106 - the repair's own text
    assert (forge.modes, done.patch, done.verdict.proof) == ([], None, None)
    assert done.verdict.outcome is Outcome.POLICY_REFUSED
    assert "the value of A_TOKEN, so that it is neither written nor delivered" in done.verdict.reason
    assert done.verdict.attempts[0].objections == (f"{done.verdict.reason} [new-secret]",)
    assert not (tmp_path / "out" / "memory.jsonl").exists()


def test_a_secret_in_the_words_of_a_proposer_is_removed_from_the_message_and_the_memory(tmp_path: Path) -> None:
    done = handed_over(tmp_path, Recorder(), A_TOKEN="canary-77d1f0a9c2")  # noqa: S106 - made up
    assert done.patch is not None
    assert b"the sign of *** is wrong" in done.patch
    assert "canary" not in (tmp_path / "out" / "memory.jsonl").read_text()


def test_a_partial_repair_is_handed_over_as_a_plain_diff(tmp_path: Path) -> None:
    two = {
        "calc.py": "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return a * 3\n",
        "test_calc.py": "from calc import add, double\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\n"
        "def test_double():\n    assert double(2) == 4\n",
    }
    repository = RedRepository.make(tmp_path, two)
    run = repository.run(replies=(GOOD,))
    assert run.document["patch_file"]["name"] == "partial.patch"
    git(repository.path, "apply", "--check", str(run.out / "partial.patch"))
