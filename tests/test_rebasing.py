"""A branch that moves on between proof and delivery: met once, by the same proof on its new head, and never forced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from agent_ci import session
from agent_ci.core.run import Evidence, Verdict
from agent_ci.delivery import Outgoing, deliver
from agent_ci.errors import CancelledError
from agent_ci.jobs.fix import Fix
from agent_ci.jobs.rebasing import proven_again
from agent_ci.pipeline import Tools
from bench.repositories import git
from tests.checkouts import Checkout
from tests.forges.push_lab import TOKEN, Lab
from tests.red import RedRepository, Run
from tests.servers.git_http import GitServer

SUITE = """{
    echo '<testsuite>'
    for name in add twice; do
        if [ -e "$name.bad" ] || grep -q "$name = wrong" calc.txt; then
            echo "<testcase classname='calc' name='$name'><failure message='$name is wrong'/></testcase>"
        else echo "<testcase classname='calc' name='$name'/>"; fi
    done
    echo '</testsuite>'
} > report.xml
"""
LINES = tuple(f"line {number}" for number in range(1, 9))
WRONG = "\n".join(("add = wrong", *LINES, "twice = 2", ""))
FILES = {"calc.txt": WRONG, "check.sh": SUITE}
FIX = "--- a/calc.txt\n+++ b/calc.txt\n@@ -1,2 +1,2 @@\n-add = wrong\n+add = 1\n line 1\n"
QUICK: dict[str, Any] = {
    "run": "sh check.sh",
    "report": ("report.xml",),
    "repeat": 2,
    "sandbox": "none",
    "deliver": "commit",
}
Act = Callable[[], object]


@dataclass
class Moving:
    """A red repository, and what happens right before each delivery."""

    red: RedRepository
    monkeypatch: pytest.MonkeyPatch
    moves: list[Act] = field(default_factory=list)

    def run(self, *moves: Act, **given: Any) -> Run:
        waiting = list(moves)

        def late(*arguments: object) -> Outgoing:
            if waiting:
                waiting.pop(0)()
            return deliver(*arguments)  # type: ignore[arg-type] # as it was called

        self.monkeypatch.setattr(session, "deliver", late)
        run = self.red.run(replies=(FIX,), **{**QUICK, **given})
        assert not waiting
        return run

    def push(self, **files: str) -> Act:
        return lambda: self.red.commit({name.replace("__", "."): text for name, text in files.items()})

    def head(self, name: str = "HEAD") -> str:
        return git(self.red.path, "rev-parse", name).strip()


@pytest.fixture
def moving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Moving:
    return Moving(RedRepository.make(tmp_path, FILES), monkeypatch)


def test_the_change_is_proven_on_the_new_head_and_goes_on_top_of_it(moving: Moving) -> None:
    before = moving.head()
    run = moving.run(moving.push(calc__txt=WRONG + "one more line\n"))
    assert (run.outcome, moving.head("HEAD~2")) == ("delivered", before)
    assert (moving.red.path / "calc.txt").read_text() == WRONG.replace("wrong", "1") + "one more line\n"
    assert git(moving.red.path, "status", "--porcelain") == ""
    told = run.document
    assert (told["context"]["commit"], told["patch"]["tree"]) == (moving.head("HEAD~1"), moving.head("HEAD^{tree}"))
    moved = f"the branch moved on from {before[:12]} to {moving.head('HEAD~1')[:12]}, where the change was proven once"
    assert moved in told["reason"]
    assert any(moved in note for note in told["notes"])
    assert [row["objections"] for row in told["attempts"]] == [[], []]
    assert told["cost"]["calls"] == 1
    assert told["before"]["failed"] == ["calc::add"]
    assert told["after"]["passed"] == ["calc::add", "calc::twice"]
    git(moving.red.path, "apply", "--check", "--reverse", str(run.out / "fix.patch"))


def test_what_breaks_together_with_the_persons_push_is_not_delivered(moving: Moving) -> None:
    trap = SUITE.replace("for name", "! grep -q 'add = 1' calc.txt || touch twice.bad\n    for name")
    run = moving.run(moving.push(check__sh=trap))
    assert (run.outcome, run.document["exit_code"], run.document["delivery"]) == ("stale", 32, {})
    assert "calc::twice passed before the change and failed after it" in run.document["reason"]
    assert moving.head("HEAD^{tree}") == git(moving.red.path, "write-tree").strip()
    assert (moving.red.path / "calc.txt").read_text() == WRONG
    assert "+add = 1" in run.patch


def test_a_build_that_a_person_made_green_needs_no_repair(moving: Moving) -> None:
    run = moving.run(moving.push(calc__txt=WRONG.replace("add = wrong", "add = one")))
    assert (run.outcome, run.document["exit_code"], run.document["delivery"]) == ("nothing_to_do", 0, {})
    assert "where the build is green: 2 passed, 0 skipped; the repair is not needed any more" in run.document["reason"]
    assert git(moving.red.path, "log", "-1", "--format=%s").strip() == "change"
    assert "+add = 1" in run.patch


def test_where_other_tests_are_red_there_and_ours_are_not_nothing_is_delivered(moving: Moving) -> None:
    other = WRONG.replace("add = wrong", "add = one").replace("twice = 2", "twice = wrong")
    run = moving.run(moving.push(calc__txt=other))
    assert run.outcome == "stale"
    assert "the tests that it repairs do not fail there, and others do" in run.document["reason"]


def test_a_change_that_does_not_apply_exactly_is_not_bent(moving: Moving) -> None:
    run = moving.run(moving.push(calc__txt=WRONG.replace("add = wrong", "add = wrong  # since monday")))
    assert run.outcome == "stale"
    assert "the change does not apply there" in run.document["reason"]
    assert "+add = 1" in run.patch


def test_it_is_tried_once(moving: Moving) -> None:
    run = moving.run(moving.push(a__txt="a"), moving.push(b__txt="b"))
    assert (run.outcome, len(run.document["attempts"])) == ("stale", 2)
    assert git(moving.red.path, "log", "-1", "--format=%s").strip() == "change"
    assert "+add = 1" in run.patch


def test_what_the_new_heads_settings_forbid_is_not_delivered(moving: Moving) -> None:
    run = moving.run(moving.push(**{"__agent-ci__yml": "deny:\n  - calc.txt\n"}))
    assert run.outcome == "stale"
    assert "calc.txt is protected" in run.document["reason"]


def test_without_time_for_the_proof_it_is_not_begun(moving: Moving) -> None:
    def hurried(stale: Verdict, job: Fix, tools: Tools, *, moved_from: str) -> Verdict:
        little = replace(tools, budget=replace(tools.budget, seconds=tools.clock() + 0.001))
        return proven_again(stale, job, little, moved_from=moved_from)

    moving.monkeypatch.setattr(session, "proven_again", hurried)
    run = moving.run(moving.push(a__txt="a"))
    assert run.outcome == "stale"
    assert "s are left, and the proof takes longer" in run.document["reason"]


def test_a_signal_during_the_second_proof_ends_the_run_and_keeps_the_patch(moving: Moving) -> None:
    def cancelled(_job: Fix, _tools: Tools) -> Evidence:
        raise CancelledError("stopped by SIGTERM; nothing was delivered")

    def interrupted() -> None:
        moving.red.commit({"a.txt": "a"})
        moving.monkeypatch.setattr(Fix, "gather", cancelled)

    run = moving.run(interrupted)
    assert (run.outcome, run.document["exit_code"]) == ("cancelled", 130)
    assert git(moving.red.path, "log", "-1", "--format=%s").strip() == "change"
    assert "+add = 1" in run.patch


def test_a_branch_that_was_switched_is_another_branch(moving: Moving) -> None:
    def switch() -> None:
        git(moving.red.path, "switch", "-q", "-c", "other")
        moving.red.commit({"a.txt": "a"})

    run = moving.run(switch)
    assert (run.outcome, len(run.document["attempts"])) == ("stale", 1)
    assert git(moving.red.path, "log", "-1", "--format=%s").strip() == "change"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "hosted" / "group").mkdir(parents=True)
    red = RedRepository.make(tmp_path, FILES)
    with GitServer(tmp_path / "hosted", bot=TOKEN, owner="hunter2hunter2") as server:
        yield Lab(Checkout(red.path), tmp_path, server)


def pushed(lab: Lab) -> Run:
    variables = {"CI": "true", "AGENT_CI_FORGE_TOKEN": TOKEN, "AGENT_CI_FORGE_URL": lab.address}
    red = RedRepository(lab.checkout.root, lab.checkout.root.parent)
    return red.run(replies=(FIX,), environment=variables, **QUICK)


@pytest.mark.parametrize("moves", ["add", "replace"])
@pytest.mark.parametrize("when", ["before", "before_listing", "before_push"])
def test_on_a_host_the_persons_push_stays_below_ours(lab: Lab, when: str, moves: str) -> None:
    lab.checkout.commit({"notes.txt": "not yet\n"})
    lab.hosted.git("fetch", "--quiet", str(lab.checkout.root), "+main:main")
    judged, theirs = lab.repository.head(), list[str]()

    def push() -> None:
        theirs.append(getattr(lab.hosted, moves)("main", {"other.txt": "by a person\n"}))

    if when == "before":
        push()
    else:
        setattr(lab.server.git, when, push)
    run = pushed(lab)
    assert run.outcome == "delivered", run.document["reason"]
    assert lab.hosted.git("rev-parse", "main^") == theirs[0] == run.document["context"]["commit"]
    assert lab.hosted.git("show", "main:calc.txt") == WRONG.replace("wrong", "1").strip()
    assert lab.hosted.git("show", "main:other.txt") == "by a person"
    assert lab.hosted.is_unforced()
    assert lab.repository.head() == judged  # the checkout is left alone
    assert TOKEN not in (run.out / "evidence.json").read_text()


def test_on_a_host_that_moves_a_second_time_nothing_is_pushed(lab: Lab) -> None:
    first = lab.hosted.add("main", {"other.txt": "one\n"})
    theirs: list[str] = []
    lab.server.git.before_push = lambda: theirs.append(lab.hosted.add("main", {"other.txt": "two\n"}))
    run = pushed(lab)
    assert (run.outcome, [lab.hosted.head("main")]) == ("stale", theirs)
    assert lab.hosted.git("rev-parse", "main^") == first
    assert lab.hosted.is_unforced()
    assert "+add = 1" in run.patch


def test_on_a_host_the_settings_of_the_new_head_count_though_the_checkout_lacks_it(lab: Lab) -> None:
    theirs = lab.hosted.add("main", {".agent-ci.yml": "deny:\n  - calc.txt\n"})
    run = pushed(lab)
    assert (run.outcome, lab.hosted.head("main")) == ("stale", theirs)
    assert "calc.txt is protected" in run.document["reason"]
