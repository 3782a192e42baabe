"""Loops are stopped with real git and the real `fix`, also where a shallow checkout knows little."""

from __future__ import annotations

from pathlib import Path

from agent_ci import git as plain_git
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.loops import repairs
from agent_ci.history import branch_history, often_repaired
from bench.repositories import git
from tests.checkouts import Checkout
from tests.red import CALC, GOOD, QUICK, QUICK_FILES, RedRepository

FAILURE = "0123456789abcdef"
MESSAGE = f"fix: x\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FAILURE}\nAgent-CI-Attempt: %d\n"
OURS = f"{plain_git.NAME} <{plain_git.EMAIL}>"
PERSON = "Ada <ada@example.org>"
BOT = "renovate[bot] <1+renovate[bot]@users.noreply.github.com>"


def commit(checkout: Checkout, message: str = "a change", author: str = PERSON) -> str:
    checkout.git("commit", "--quiet", "--allow-empty", "--message", message, "--author", author)
    return checkout.git("rev-parse", "HEAD")


def test_the_history_is_read_from_git_with_its_bots_repairs_and_reverts(
    checkout: Checkout, repository: Repository, clone: Clone
) -> None:
    checkout.git("branch", "other")
    repair = commit(checkout, MESSAGE % 1, OURS)
    bot = commit(checkout, "format", BOT)
    commit(checkout, f'Revert "fix: x"\n\nThis reverts commit {repair}.')
    checkout.git("switch", "--quiet", "other")
    elsewhere = commit(checkout, MESSAGE % 1, OURS)
    checkout.git("switch", "--quiet", "main")
    found = branch_history(repository.head(), repository, clone)
    assert [(step.id, step.is_bot, step.failure) for step in found.steps[1:3]] == [
        (bot, True, ""),
        (repair, True, FAILURE),
    ]
    assert (found.steps[0].reverted, found.steps[0].is_bot) == (repair, False)
    assert {step.id for step in found.elsewhere} == {repair, elsewhere}
    assert (repairs(found), found.is_cut) == (3, False)


def shallow(checkout: Checkout, target: Path) -> Checkout:
    checkout.git("clone", "--quiet", "--depth=1", f"file://{checkout.root}", str(target))
    return Checkout(target)


def test_what_a_shallow_checkout_lacks_is_fetched_before_it_is_counted(checkout: Checkout, tmp_path: Path) -> None:
    for number in (1, 2):
        commit(checkout, MESSAGE % number, OURS)
    commit(checkout, "format", BOT)
    repository = Repository.at(shallow(checkout, tmp_path / "shallow").root)
    with Clone.of(repository) as clone:
        found = branch_history(repository.head(), repository, clone)
    assert (repairs(found), found.is_cut) == (3, False)


def test_where_nothing_can_be_fetched_a_repair_still_says_its_number(checkout: Checkout, tmp_path: Path) -> None:
    commit(checkout, MESSAGE % 2, OURS)
    cut = shallow(checkout, tmp_path / "shallow")
    cut.git("remote", "remove", "origin")
    repository = Repository.at(cut.root)
    with Clone.of(repository) as clone:
        found = branch_history(repository.head(), repository, clone)
    assert (repairs(found), found.is_cut) == (2, True)


def test_a_repair_that_was_taken_back_is_not_made_again_until_a_person_changes_something(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, QUICK_FILES)
    first = red.run(replies=(GOOD,), deliver="commit", **QUICK)
    assert first.outcome == "delivered"
    git(red.path, "revert", "--no-edit", "HEAD")
    again = red.run(replies=(GOOD,), deliver="commit", **QUICK)
    assert (again.outcome, again.document["attempts"]) == ("no_fix", [])
    assert "took back the repair of this very failure" in again.document["reason"]
    assert again.document["targets"] == ["calc::add"]
    assert "a loop was stopped" in (again.out / "explanation.md").read_text()
    red.commit({"calc.py": CALC + "\n\nDOZEN = 12\n"})
    assert red.run(replies=(GOOD,), deliver="commit", **QUICK).outcome == "delivered"


def test_uncommitted_work_is_a_persons_change(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, QUICK_FILES)
    assert red.run(replies=(GOOD,), deliver="commit", **QUICK).outcome == "delivered"
    (red.path / "calc.py").write_text(CALC)
    assert red.run(replies=(GOOD,), uncommitted=True, **QUICK).outcome == "fixed"


def test_files_of_commits_that_call_themselves_a_repair_are_counted(checkout: Checkout, repository: Repository) -> None:
    checkout.commit({"b.py": "b = 2\n"}, "Fix the sum of b")
    checkout.commit({"b.py": "b = 3\n", "é b.py": "x = 1\n"}, "bugfix: b once more\n\nwith words")
    checkout.commit({"a.py": "a = 2\n"}, "Add a prefix")
    assert often_repaired(repository.head(), repository) == {"b.py": 2, "é b.py": 1}
