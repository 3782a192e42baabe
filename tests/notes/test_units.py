"""One merged request is one line, in all the ways in which forges and people merge."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notes.histories import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.at(tmp_path / "project")


def a_branch(history: History, name: str, *messages: str) -> None:
    history.branch(name, "main")
    for message in messages:
        history.commit(message)
    history.switch("main")


def test_a_squashed_request_is_one_line(history: History) -> None:
    history.commit("Add colours (#7)\n\n* add red\n\n* add green, as in #3")
    assert history.lines() == ["#7 Added: Add colours"]


def test_a_merged_request_with_many_commits_is_one_line_with_its_title(history: History) -> None:
    a_branch(history, "colours", "wip", "more", "fix the tests")
    history.merge("Merge pull request #7 from ada/colours\n\nAdd colours", "colours")
    assert history.lines() == ["#7 Added: Add colours"]


def test_a_merged_request_without_a_title_is_told_in_the_words_of_its_first_commit(history: History) -> None:
    a_branch(history, "colours", "Add colours", "more")
    history.merge("Merge pull request #7 from ada/colours", "colours")
    assert history.lines() == ["#7 Added: Add colours"]


def test_a_request_rebased_onto_the_main_line_is_one_line(history: History) -> None:
    history.commit("Add red (#7)")
    history.commit("Fix a crash (#8)")
    history.commit("Add green (#7)")
    assert history.lines() == ["#7 Added: Add red", "#8 Fixed: Fix a crash"]


def test_a_merge_request_of_gitlab_is_one_line(history: History) -> None:
    a_branch(history, "colours", "wip", "more")
    history.merge("Merge branch 'colours' into 'main'\n\nAdd colours\n\nSee merge request group/project!7", "colours")
    assert history.lines() == ["!7 Added: Add colours"]


def test_a_squashed_merge_request_of_gitlab_is_one_line(history: History) -> None:
    a_branch(history, "colours", "Add colours\n\nLong text")
    history.merge(
        "Merge branch 'colours' into 'main'\n\nAdd colours\n\nCloses #3\n\nSee merge request g/s/p!7", "colours"
    )
    assert history.lines() == ["!7 Added: Add colours"]


def test_a_pull_request_of_bitbucket_is_one_line(history: History) -> None:
    a_branch(history, "colours", "Add colours")
    history.merge("Merged in ada/colours (pull request #7)\n\nAdd colours", "colours")
    assert history.lines() == ["#7 Added: Add colours"]


def test_a_merge_without_a_number_is_one_line(history: History) -> None:
    a_branch(history, "colours", "Add colours", "more")
    history.merge("Merge branch 'colours'", "colours")
    assert history.lines() == ["pushed Added: Add colours"]


def test_an_octopus_of_requests_has_a_line_for_each(history: History) -> None:
    a_branch(history, "red", "Add red (#7)")
    a_branch(history, "green", "Add green (#8)")
    history.merge("Merge branches 'red' and 'green'", "red", "green")
    assert sorted(history.lines()) == ["#7 Added: Add red", "#8 Added: Add green"]


@pytest.mark.parametrize(
    "message",
    [
        "Merge branch 'stable'",
        "Merge stable into main",
        "Merge pull request #9 from ada/stable\n\nMerge stable into main",
    ],
)
def test_a_stable_branch_merged_back_has_a_line_for_each_of_its_requests(history: History, message: str) -> None:
    history.branch("stable")
    a_fix = history.commit("Fix a crash (#7)")
    history.commit("Update the guide (#8)", "docs/guide.md")
    history.switch("main")
    history.commit("Add colours (#6)")
    history.merge(message, "stable")
    assert sorted(history.lines()) == [
        "#6 Added: Add colours",
        "#7 Fixed: Fix a crash",
        "#8 Internal: Update the guide",
    ]
    (entry,) = (entry for entry in history.account().entries if entry.units[0].id == "#7")
    assert entry.commits[0] == a_fix
    assert len(entry.units[0].paths) == 1


def test_a_branch_that_follows_the_main_line_does_not_take_its_changes(history: History) -> None:
    a_branch(history, "colours", "wip")
    history.commit("Fix a crash (#6)")
    history.switch("colours")
    history.merge("Merge branch 'main' into colours", "main")
    history.commit("more")
    history.switch("main")
    history.merge("Merge pull request #7 from ada/colours\n\nAdd colours", "colours")
    assert history.lines() == ["#7 Added: Add colours", "#6 Fixed: Fix a crash"]


def test_a_change_that_was_released_from_another_branch_is_not_told_again(history: History) -> None:
    fix = history.commit("Fix a crash (#7)")
    history.branch("1.0.x", "v1.0.0")
    copy = history.pick(fix)
    history.tag("v1.0.1")
    history.switch("main")
    history.commit("Add colours (#8)")
    assert history.lines() == ["#8 Added: Add colours"]
    assert [one.reason for one in history.account().dropped] == [f"it was released before, as {copy[:12]}"]


def test_a_backport_that_is_not_released_yet_does_not_hide_the_change(history: History) -> None:
    fix = history.commit("Fix a crash (#7)")
    history.branch("1.0.x", "v1.0.0")
    history.pick(fix)
    history.switch("main")
    assert history.lines() == ["#7 Fixed: Fix a crash"]


def test_a_backport_is_told_in_the_release_that_it_was_made_for(history: History) -> None:
    fix = history.commit("Fix a crash (#7)")
    history.commit("Add colours (#8)")
    history.tag("v1.1.0")
    history.branch("1.0.x", "v1.0.0")
    history.pick(fix)
    assert history.lines() == ["#7 Fixed: Fix a crash"]


def test_a_commit_that_changes_nothing_is_left_out_with_a_reason(history: History) -> None:
    history.checkout.commit(message="Trigger the build")
    assert history.lines() == []
    assert [one.reason for one in history.account().dropped] == ["it changes no file"]


def test_authors_and_messages_that_are_not_utf8_are_accounted_for(history: History) -> None:
    history.checkout.git("config", "i18n.commitEncoding", "utf-8")
    tree = history.checkout.git("rev-parse", "HEAD^{tree}")
    raw = (
        f"tree {tree}\nparent {history.checkout.git('rev-parse', 'HEAD')}\n"
        "author J\udcfcrgen <j@example.org> 1700001000 +0000\n"
        "committer J <j@example.org> 1700001000 +0000\n\nFix \udcfc\n"
    ).encode("utf-8", "surrogateescape")
    commit = history.checkout.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw)
    history.checkout.git("reset", "--quiet", "--hard", commit)
    assert history.account().dropped[0].commits == (commit,)
