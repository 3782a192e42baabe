"""A repair of ours that made a build redder is proposed to be taken back: exactly, proven, and never at once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.change import Patch
from agent_ci.core.loops import last_repair
from agent_ci.core.run import REVERT, Attempt, Reply, TakenBack
from agent_ci.core.sealing import sealed, text_of
from agent_ci.core.views.check import check_run
from agent_ci.history import branch_history
from agent_ci.jobs.reverting import inexact
from agent_ci.proposers.revert import Revert
from agent_ci.verification import Verification
from bench.repositories import git
from tests.red import RedRepository, Run
from tests.test_rebasing import FILES, FIX, QUICK, SUITE, WRONG

OURS = (
    "fix: add is one\n\nWhat failed.\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: 0123456789abcdef\n"
    "Agent-CI-Attempt: 1\n"
)
BROKEN = WRONG.replace("add = wrong", "add = 1").replace("twice = 2", "twice = wrong")


@pytest.fixture
def red(tmp_path: Path) -> RedRepository:
    """A repair of ours that repairs `add` and breaks `twice`, on top of a person's commit."""
    return RedRepository.make(tmp_path, FILES).commit({"calc.txt": BROKEN}, OURS)


def fix(red: RedRepository, **given: Any) -> Run:
    return red.run(replies=(FIX,), **{**QUICK, "deliver": "patch", **given})


def verification(red: RedRepository, run: Run) -> Verification:
    given = {"repository": str(red.path), "sandbox": "none", "repeat": 2}
    patch = run.out / "fix.patch"
    return Verification({"PATH": "/usr/bin:/bin"}, given, io.StringIO(), run.out / "evidence.json", patch)


def proposers(run: Run) -> list[str]:
    return [attempt["proposer"] for attempt in run.document["attempts"]]


def test_the_exact_revert_is_proven_and_says_what_it_does_not_repair(red: RedRepository) -> None:
    head, before = git(red.path, "rev-parse", "HEAD", "HEAD~1^{tree}").split()
    run = fix(red)
    told = run.document
    assert (run.outcome, proposers(run), told["targets"]) == ("fixed", ["revert"], ["calc::twice"])
    assert told["patch"]["tree"] == before
    assert told["takes_back"] == {
        "commit": head,
        "subject": "fix: add is one",
        "tree": before,
        "red_again": ["calc::add"],
    }
    assert (told["after"]["passed"], told["after"]["failed"]) == (["calc::twice"], ["calc::add"])
    assert "a repair of ours, broke 1 test; the revert repairs nothing else: calc::add will be red" in told["reason"]
    message = told["patch_file"]["message"]
    assert message.startswith(f'Revert "fix: add is one"\n\nThis reverts commit {head}.\n')
    assert "what that commit repaired is red again (calc::add)" in message
    assert f"\nAgent-CI-Reverts: {head}\n" in message
    assert (run.out / "explanation.md").read_text().startswith("# Proposed: take back our last repair")
    assert "<h1>Proposed: take back our last repair" in (run.out / "report.html").read_text()
    assert check_run(told).conclusion == "neutral"  # the build stays red
    assert not (run.out / "memory.jsonl").exists()  # it is no repair of that failure


def test_it_is_never_committed_at_once(red: RedRepository) -> None:
    head = git(red.path, "rev-parse", "HEAD")
    summary = red.scratch / "summary.md"
    summary.touch()
    run = fix(red, deliver="commit", environment={"GITHUB_STEP_SUMMARY": str(summary)})
    assert "a revert is proposed to a person, and never committed at once" in summary.read_text()
    assert (run.outcome, run.document["delivery"]["rung"]) == ("fixed", "patch")
    assert "a revert is proposed to a person, and never committed at once" in run.document["delivery"]["sentence"]
    assert git(red.path, "rev-parse", "HEAD") == head


def test_its_proof_can_be_repeated_and_lets_nothing_else_be_red(red: RedRepository) -> None:
    run = fix(red)
    verify = verification(red, run)
    claims = list(verify.claims())
    assert [claim.fault for claim in claims if claim.fault] == []
    assert "the change takes back the commit, and nothing else" in [claim.name for claim in claims]
    document = json.loads((run.out / "evidence.json").read_text())
    del document["seal"]
    document["takes_back"]["commit"] = "f" * 40
    (run.out / "evidence.json").write_text(text_of(sealed(document)))
    assert list(verify.claims())[-1].fault == "it is told to take back another commit"


def test_a_change_that_only_says_so_is_no_revert_of_ours(tmp_path: Path) -> None:
    """Without this, evidence could be made whose patch makes a green test red, and `verify` would hold."""
    red = RedRepository.make(tmp_path, FILES).commit({"calc.txt": BROKEN}, "by a person")
    git(red.path, "commit", "-q", "--amend", "-m", OURS)
    run = fix(red)
    git(red.path, "commit", "-q", "--amend", "-m", "by a person")
    document = json.loads((run.out / "evidence.json").read_text())
    del document["seal"]
    head = git(red.path, "rev-parse", "HEAD").strip()
    document["context"]["commit"] = document["takes_back"]["commit"] = head
    (run.out / "evidence.json").write_text(text_of(sealed(document)))
    verify = verification(red, run)
    assert list(verify.claims())[-1].fault == "the commit is none of agent-ci's"


def test_what_leads_elsewhere_is_no_revert() -> None:
    taken = TakenBack("a" * 40, "fix: x", "t" * 40)
    assert inexact(Attempt(Reply("x"), Patch("", (), "b" * 40, "t" * 40)), taken) == ()
    [objection] = inexact(Attempt(Reply("x"), Patch("", (), "b" * 40, "u" * 40)), taken)
    assert objection.startswith("it leads to other files than those before")


def test_a_change_that_is_not_the_whole_revert_is_let_off_nothing(
    red: RedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = "--- a/calc.txt\n+++ b/calc.txt\n@@ -9,2 +9,2 @@\n line 8\n-twice = wrong\n+twice = 2\n"

    def offer(*_: object) -> Iterator[Reply]:
        yield Reply(REVERT, part)

    monkeypatch.setattr(Revert, "propose", offer)
    run = fix(red)
    assert (run.outcome, len(run.objections)) == ("no_fix", 1)
    assert run.objections[0][0].startswith("it leads to other files than those before")


def test_where_nothing_got_redder_the_usual_proposers_are_asked(tmp_path: Path) -> None:
    both = WRONG.replace("twice = 2", "twice = wrong")
    red = RedRepository.make(tmp_path, {**FILES, "calc.txt": both})
    red.commit({"calc.txt": both.replace("twice = wrong", "twice = 2")}, OURS)
    run = fix(red)
    assert (run.outcome, proposers(run), run.document["takes_back"]) == ("fixed", ["replay"], None)


def test_a_test_that_fails_before_our_repair_as_well_was_not_broken_by_it(tmp_path: Path) -> None:
    broken = RedRepository.make(tmp_path, {**FILES, "twice.bad": ""}).commit({"a.txt": "a"}, OURS)
    run = fix(broken)
    assert "revert" not in proposers(run)
    assert not any("agent-ci undo" in note for note in run.document["notes"])


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("by a person", id="a person's commit"),
        pytest.param(OURS.replace("What failed.", f"This reverts commit {'a' * 40}."), id="a revert of ours"),
    ],
)
def test_nothing_else_is_taken_back(red: RedRepository, message: str) -> None:
    git(red.path, "commit", "-q", "--amend", "-m", message)
    run = fix(red)
    assert "revert" not in proposers(run)
    assert run.document["takes_back"] is None


def test_a_repair_with_a_persons_commit_on_top_stays(red: RedRepository) -> None:
    red.commit({"a.txt": "a"})
    assert "revert" not in proposers(fix(red))


def test_the_bounds_of_repairs_hold_for_reverts(red: RedRepository) -> None:
    red.commit({"calc.txt": WRONG}, "a person's")
    git(red.path, "commit", "-q", "--allow-empty", "-m", OURS)
    git(red.path, "commit", "-q", "--allow-empty", "-m", OURS.replace("0123", "4567"))
    red.commit({"calc.txt": BROKEN}, OURS.replace("0123", "89ab"))
    run = fix(red)
    assert (run.outcome, run.document["attempts"]) == ("no_fix", [])
    assert "max-fixes-per-branch is 3" in run.document["reason"]
    assert any("`agent-ci undo" in note for note in run.document["notes"])


def test_explain_only_says_so(red: RedRepository) -> None:
    run = red.run("explain", **{**QUICK, "deliver": "patch"})
    assert run.document["takes_back"] is None
    assert any("`agent-ci undo" in note for note in run.document["notes"])


def test_where_the_revert_does_not_prove_nobody_else_is_asked(tmp_path: Path) -> None:
    """What a revert is let off, that other tests are red again, is for no other change."""
    once = tmp_path / "once"
    suite = SUITE.replace(
        "{\n", f"if grep -q 'add = wrong' calc.txt; then [ -e {once} ] && touch twice.bad; touch {once}; fi\n{{\n", 1
    )
    red = RedRepository.make(tmp_path, {**FILES, "check.sh": suite}).commit({"calc.txt": BROKEN}, OURS)
    run = fix(red)
    assert (run.outcome, proposers(run)) == ("no_fix", ["revert"])


def test_a_proposed_revert_that_was_taken_is_no_repair_to_take_back(red: RedRepository) -> None:
    run = fix(red)
    git(red.path, "am", "-q", "--keep-cr", str(run.out / "fix.patch"))
    repository = Repository.at(red.path)
    with Clone.of(repository) as clone:
        history = branch_history(repository.head(), repository, clone)
    assert history.steps[0].reverted == history.steps[1].id
    assert last_repair(history) is None
    again = fix(red)
    assert "revert" not in proposers(again)
