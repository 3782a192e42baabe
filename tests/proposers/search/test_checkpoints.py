"""A search that ran out of candidates or time is gone on with, and not made again; what it left is not trusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent_ci.proposers.search import checkpoints
from agent_ci.proposers.search.checkpoints import FILE_NAME, MAX_BYTES, Checkpoint, Checkpoints, key_of, left_in
from agent_ci.proposers.search.kit.progress import FILE_NAME as PROGRESS
from agent_ci.proposers.search.kit.progress import WIDTH, digest
from agent_ci.proposers.search.proposer import Search
from tests.proposers.search.conftest import FolderTree, RedRepository

Make = Callable[[Mapping[str, str]], RedRepository]

# Each test needs an edit of its own, so that the pair is only found where both stepping stones are known.
SPAN = {
    "span.py": "def span(low, high):\n    size = high + low\n    middle = (low + high) * 2\n    return size, middle\n",
    "test_span.py": "from span import span\n"
    "def test_size():\n    assert [span(1, 4)[0], span(2, 7)[0]] == [3, 5]\n"
    "def test_middle():\n    assert [span(1, 4)[1], span(2, 7)[1]] == [2.5, 4.5]\n",
}
STONE = {
    "path": "a.py", "start": 1, "end": 2, "replacement": "x", "operator": "comparison", "line": 1, "rank": 0.5,
    "size": 2, "repaired": ["test_a.py::test"],
}  # fmt: skip
WHOLE: dict[str, Any] = {"done": "0123456789ab" * 3, "stones": [STONE], "refused": [["a.py", 3, 7], ["b.js", 0, 9, 2]]}


def tree(tmp_path: Path) -> FolderTree:
    (tmp_path / "tree").mkdir(exist_ok=True)
    return FolderTree(tmp_path / "tree")


def test_a_search_goes_on_where_the_one_before_it_left_off_until_it_finds_a_pair(
    red_repository: Make, tmp_path: Path
) -> None:
    red = red_repository(SPAN)
    kept, evidence = Checkpoints(tmp_path / FILE_NAME, tmp_path / "nowhere"), red.evidence()
    told = []
    for _ in range(4):
        found, note = red.search_with(evidence, search=Search(max_candidates=12, checkpoints=kept))
        told.append(note)
        if found:
            break
    changed = [line for one in found[:1] for line in one.text.splitlines() if line.startswith("+  ")]
    assert changed == ["+    size = high - low", "+    middle = (low + high) / 2"]
    assert told[0].startswith("tried 12 candidates in ")
    assert [" that an earlier run was through with" in note for note in told] == [False] + [True] * (len(told) - 1)
    assert len(told) > 1
    assert (tmp_path / FILE_NAME).read_text() == ""  # it is over, and what was kept of it is forgotten


def test_what_was_tried_is_not_tried_again(red_repository: Make, tmp_path: Path) -> None:
    red = red_repository({**SPAN, "span.py": SPAN["span.py"].replace("high + low", "high - low")})
    kept, evidence = Checkpoints(tmp_path / FILE_NAME, tmp_path / "nowhere"), red.evidence()
    first, *others = (red.search_with(evidence, search=Search(max_candidates=5, checkpoints=kept)) for _ in range(2))
    assert (first[0], ", after 5 that" in others[0][1]) == ([], True)
    assert "+    middle = (low + high) / 2" in others[0][0][0].text


def test_a_checkpoint_is_found_by_tree_tests_and_settings_and_the_newest_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, files = Checkpoints(tmp_path / FILE_NAME, tmp_path / "nowhere"), tree(tmp_path)
    keys = {key_of(*named) for named in (("t", ("a", "b")), ("u", ("a", "b")), ("t", ("a",)), ("t", ("a", "b"), 1))}
    assert len(keys) == 4
    assert key_of("t", ("a", "b")) == key_of("t", ("b", "a"))
    for number in range(9):
        kept.keep(str(number), Checkpoint.read({**WHOLE, "done": "0" * WIDTH * number}), files)
    assert [kept.of(str(number), files)[0].tried for number in range(9)] == [0, 0, 0, 3, 4, 5, 6, 7, 8]
    kept.keep("5", None, files)
    assert kept.of("5", files) == (Checkpoint(), "")
    assert kept.of("6", files)[0].facts == {**WHOLE, "done": "0" * WIDTH * 6}
    before = key_of("t", ("a",))
    monkeypatch.setattr(checkpoints, "_version", lambda: "another")
    assert key_of("t", ("a",)) != before


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {**WHOLE, "done": "0123456789a"},
        {**WHOLE, "done": "0123456789aX"},
        {**WHOLE, "stones": [{**STONE, "more": 1}]},
        {**WHOLE, "stones": [{**STONE, "start": "1"}]},
        {**WHOLE, "stones": [{**STONE, "operator": "import os"}]},
        {**WHOLE, "stones": [STONE] * 401},
        {**WHOLE, "refused": [["a.py", 1, 2, 3, 4]]},
        {**WHOLE, "refused": [["a.py", -1]]},
    ],
)
def test_what_is_no_checkpoint_is_ignored_with_a_sentence(tmp_path: Path, value: object) -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        Checkpoint.read(value)
    (tmp_path / PROGRESS).write_text(json.dumps(value))
    assert left_in(tmp_path) is None
    if isinstance(value, dict):
        (tmp_path / FILE_NAME).write_text(json.dumps({"key": "k", **value}) + "\n")
        found, fault = Checkpoints(tmp_path / FILE_NAME, tmp_path / "nowhere").of("k", tree(tmp_path))
        assert (found, fault.startswith("what an earlier search left in searched.jsonl was ignored")) == (
            Checkpoint(),
            True,
        )


@pytest.mark.parametrize("content", [b"{", b"\xff\n", b"[" * 100_000, b"x" * (6 * MAX_BYTES + 1)])
def test_a_broken_file_is_told_of_and_written_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    kept, files = Checkpoints(path, tmp_path / "nowhere"), tree(tmp_path)
    found, fault = kept.of("k", files)
    assert (found, "searched.jsonl" in fault, "ignored" in fault) == (Checkpoint(), True, True)
    kept.keep("k", Checkpoint.read(WHOLE), files)
    assert kept.of("k", files) == (Checkpoint.read(WHOLE), "")


def test_a_link_is_not_followed_and_a_folder_that_is_not_there_costs_nothing(tmp_path: Path) -> None:
    secret, files = tmp_path / "secret", tree(tmp_path)
    secret.write_text("mine")
    (tmp_path / FILE_NAME).symlink_to(secret)
    kept = Checkpoints(tmp_path / FILE_NAME, tmp_path / "nowhere")
    assert kept.of("k", files)[0] == Checkpoint()
    kept.keep("k", Checkpoint.read(WHOLE), files)
    assert secret.read_text() == "mine"
    Checkpoints(tmp_path / "no" / FILE_NAME, tmp_path).keep("k", Checkpoint.read(WHOLE), files)


def test_a_file_of_the_commit_and_a_run_for_a_fork_are_left_alone(tmp_path: Path) -> None:
    files = tree(tmp_path)
    path = files.folder / FILE_NAME
    path.write_text(json.dumps({"key": "k", **WHOLE}) + "\n")
    before = path.read_bytes()
    for kept in (Checkpoints(path, files.folder), Checkpoints(path, tmp_path / "nowhere", is_kept=False)):
        assert kept.of("k", files) == (Checkpoint(), "")
        kept.keep("k", None, files)
        assert path.read_bytes() == before


def test_the_same_text_in_the_same_place_is_one_edit() -> None:
    assert digest("a.py", 1, 2, "x") == digest("a.py", 1, 2, "x")
    assert len({digest("a.py", 1, 2, "x"), digest("b.py", 1, 2, "x"), digest("a.py", 1, 2, "\udcff")}) == 3
