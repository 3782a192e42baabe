"""Git's marks of an unfinished merge, and a file with one of its sides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agent_ci.core.unmerged import Conflict, Side, conflicts, is_mark, settled
from bench.repositories import git, write

TEXT = "a\n<<<<<<< HEAD\nb\n=======\nc\nd\n>>>>>>> topic/x\ne\n"


def test_each_side_of_a_conflict_is_known() -> None:
    assert conflicts(TEXT) == (Conflict(2, 7, ("b",), ("c", "d"), "HEAD", "topic/x"),)
    assert [settled(TEXT, side) for side in Side] == ["a\nb\ne\n", "a\nc\nd\ne\n", "a\nb\nc\nd\ne\n"]


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_what_git_writes_is_settled_to_what_each_branch_had(tmp_path: Path, style: str) -> None:
    versions = {
        name: "".join(f"{line}{name if line in '2b' else ''}\n" for line in "123456789abc") for name in ("", "x", "y")
    }
    git(tmp_path, "init", "-q", "-b", "main")
    for branch, text in (("main", versions[""]), ("x", versions["x"]), ("y", versions["y"])):
        git(tmp_path, "checkout", "-q", "-B", branch, *(["main"] if branch != "main" else []))
        write(tmp_path, {"f": text})
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", branch)
    merge = ("git", "-c", f"merge.conflictStyle={style}", "merge", "x")
    assert subprocess.run(merge, cwd=tmp_path, check=False, capture_output=True).returncode == 1
    text = (tmp_path / "f").read_text()
    assert [conflict.other for conflict in conflicts(text)] == ["x", "x"]
    assert (settled(text, Side.OURS), settled(text, Side.THEIRS)) == (versions["y"], versions["x"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Title\n=======\n",
        "<<<<<<< a\nb\n",
        "=======\n>>>>>>> a\n",
        "<<<<<<< a\n>>>>>>> b\n",
        " <<<<<<< a\n=======\n>>>>>>> b\n",
    ],
)
def test_what_has_no_two_sides_is_none(text: str) -> None:
    assert conflicts(text) == ()
    assert settled(text, Side.THEIRS) == text


def test_a_conflict_begins_anew_where_another_one_was_left_open() -> None:
    assert [conflict.start for conflict in conflicts(f"<<<<<<< open\nx\n{TEXT}")] == [4]


@pytest.mark.parametrize(
    ("line", "is_one"), [("<<<<<<< a", True), ("=======", True), ("========", False), ("a =======", False)]
)
def test_a_mark_is_seven_signs_at_the_margin(line: str, *, is_one: bool) -> None:
    assert is_mark(line) is is_one
