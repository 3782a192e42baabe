"""What was taken back inside a range is not told of, and what was taken back from a release is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notes.histories import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.at(tmp_path / "project")


def test_a_change_and_its_revert_are_both_left_out(history: History) -> None:
    added = history.commit("Add colours (#7)")
    history.commit("Fix a crash (#8)")
    history.revert(added)
    assert history.lines() == ["#8 Fixed: Fix a crash"]
    assert [one.reason.split(",")[0].split(" ")[:3] for one in history.account().dropped] == [
        ["it", "takes", "back"],
        ["it", "was", "taken"],
    ]


def test_a_revert_of_a_revert_brings_the_change_back(history: History) -> None:
    added = history.commit("Add colours (#7)")
    back = history.revert(added)
    history.revert(back)
    assert history.lines() == ["#7 Added: Add colours"]


def test_a_third_revert_takes_it_away_again(history: History) -> None:
    one = history.commit("Add colours (#7)")
    history.revert(history.revert(history.revert(one)))
    assert history.lines() == []


def test_a_revert_of_what_was_released_is_told(history: History) -> None:
    added = history.commit("Add colours (#7)")
    history.tag("v1.1.0")
    history.revert(added)
    (line,) = history.lines("v1.1.0")
    assert line == 'pushed Changed: Revert "Add colours (#7)"'


def test_a_revert_through_a_request_of_github_finds_its_request(history: History) -> None:
    history.branch("colours")
    history.commit("wip")
    history.switch("main")
    merged = history.merge("Merge pull request #7 from ada/colours\n\nAdd colours", "colours")
    history.branch("revert-7-colours")
    history.checkout.git("revert", "--no-edit", "--mainline", "1", merged)
    history.switch("main")
    history.merge(
        'Merge pull request #9 from ada/revert-7-colours\n\nRevert "Add colours"\n\nReverts ada/app#7',
        "revert-7-colours",
    )
    assert history.lines() == []


def test_a_revert_that_only_quotes_the_title_finds_the_newest_such_change(history: History) -> None:
    history.commit("Fix a crash (#6)")
    added = history.commit("Add colours (#7)")
    history.revert(added, 'Revert "Add colours" (#9)')
    assert history.lines() == ["#6 Fixed: Fix a crash"]


def test_a_revert_by_the_rules_of_conventional_commits_finds_its_change(history: History) -> None:
    added = history.commit("feat: add colours")
    history.revert(added, f"revert: feat: add colours\n\nThis reverts commit {added}.")
    assert history.lines() == []


def test_a_revert_of_a_part_does_not_hide_another_change_with_the_same_title(history: History) -> None:
    first = history.commit("Update the parser")
    history.commit("Update the parser")
    history.revert(first)
    assert history.lines() == ["pushed Changed: Update the parser"]


def test_a_revert_of_one_commit_of_a_request_does_not_hide_the_request(history: History) -> None:
    history.branch("colours")
    history.commit("Add red")
    green = history.commit("Add green")
    history.switch("main")
    history.merge("Merge pull request #7 from ada/colours\n\nAdd colours", "colours")
    history.revert(green)
    assert "#7 Added: Add colours" in history.lines()


def test_a_revert_does_not_take_back_what_came_after_it(history: History) -> None:
    old = history.commit("Add colours (#6)")
    history.tag("v1.1.0")
    history.revert(old, 'Revert "Add colours" (#8)')
    history.commit("Add colours (#9)")
    assert sorted(history.lines("v1.1.0")) == ['#8 Changed: Revert "Add colours"', "#9 Added: Add colours"]
