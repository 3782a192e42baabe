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


def handed_over(tmp_path: Path, forge: Recorder, *, doubts: tuple[str, ...], deliver: str) -> HandOver:
    repository = RedRepository.make(tmp_path)
    given = {"repository": str(repository.path), "run": PYTEST, "repeat": 2, "out": str(tmp_path / "out")}
    session = Session({"PATH": os.environ["PATH"]}, {**given, "deliver": deliver}, io.StringIO())
    with session.opened() as (job, tools):
        evidence = job.gather(tools)
        proven = replace(judge(job, tools, evidence, Reply("replay", GOOD)), doubts=doubts)
        verdict = Verdict(Outcome.FIXED, "", evidence, (proven,))
        return hand_over(verdict, forge, tools, session.settings)  # type: ignore[arg-type]  # one method is enough


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
