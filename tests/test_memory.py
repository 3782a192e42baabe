from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent_ci import memory
from agent_ci.memory import Idea, ProvenFix, last_of_each, note_tried, recall, remember, tried, unpacked

FIX = ProvenFix("0123456789abcdef", "--- a/x\n+++ b/x\n", "a slip")


def test_what_was_remembered_is_recalled_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    fixes = tuple(ProvenFix(str(number), "é\udcff\u2028\n") for number in range(3))
    for fix in fixes:
        remember(path, fix)
    assert recall(path) == fixes


def test_the_same_fix_is_kept_once_as_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    for fix in (FIX, ProvenFix("other", "diff"), FIX):
        remember(path, fix)
    assert recall(path) == (ProvenFix("other", "diff"), FIX)


def test_the_oldest_are_forgotten_when_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST_FIXES", 3)
    for number in range(5):
        remember(tmp_path / "memory.jsonl", ProvenFix(str(number), "diff"))
    assert [fix.fingerprint for fix in recall(tmp_path / "memory.jsonl")] == ["2", "3", "4"]


def test_what_is_written_is_never_too_large_to_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    for number in range(3):
        remember(path, ProvenFix(str(number), "x" * 3_900_000))
    assert [fix.fingerprint for fix in recall(path)] == ["1", "2"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null\n3\n[]\n{}\n", b'{"fingerprint": "x"}\n', b"\xff\xfe\n", b"[" * 100_000, b"x" * 9_000_000],
    ids=["empty", "cut", "foreign", "half", "not-utf-8", "deep", "large"],
)
def test_a_damaged_memory_is_empty_and_works_again(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    path.write_bytes(content)
    assert recall(path) == ()
    remember(path, FIX)
    assert recall(path) == (FIX,)


def test_a_damaged_line_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    remember(path, FIX)
    path.write_text('{"fingerprint":\n' + path.read_text(encoding="utf-8") + "garbage\n", encoding="utf-8")
    assert recall(path) == (FIX,)


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "link"])
def test_what_is_no_plain_file_is_an_empty_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    remember(tmp_path / "elsewhere.jsonl", FIX)
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere.jsonl")
    assert recall(path) == ()


def test_a_link_that_a_commit_left_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (tmp_path / "memory.part").symlink_to(victim)
    (tmp_path / "memory.jsonl").symlink_to(victim)
    remember(tmp_path / "memory.jsonl", FIX)
    assert (victim.read_text(encoding="utf-8"), recall(tmp_path / "memory.jsonl")) == ("precious", (FIX,))


def test_a_memory_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    remember(tmp_path / "missing" / "memory.jsonl", FIX)
    assert recall(tmp_path / "missing" / "memory.jsonl") == ()


def test_the_last_ideas_about_a_failure_are_told_oldest_first_and_each_once(tmp_path: Path) -> None:
    path = tmp_path / "tried.jsonl"
    ideas = [Idea("mine", f"diff {number}", ("still red",)) for number in range(7)]
    note_tried(path, [Idea("other", "diff", ()), *ideas])
    note_tried(path, [ideas[3]])
    path.write_text('{"fingerprint": "mine"}\n[]\nnull\n{\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert len(tried(path)) == 8
    assert last_of_each(tried(path)) == (Idea("other", "diff", ()), ideas[2], *ideas[4:], ideas[3])


def test_rows_of_a_release_that_kept_no_doubts_are_read() -> None:
    row = b'{"fingerprint": "0123456789abcdef", "diff": "d", "cause": "c"'
    assert unpacked(row + b"}\n") == (ProvenFix("0123456789abcdef", "d", "c"),)
    with pytest.raises(ValueError, match="no row of ours"):
        unpacked(row + b', "doubts": "one"}\n')
