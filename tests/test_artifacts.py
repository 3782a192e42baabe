from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent_ci.artifacts import OutputFolder
from agent_ci.core.outward.writer import Known, Outward
from agent_ci.core.sealing import broken_seal
from agent_ci.errors import InfrastructureError, RefusedError, UsageError


def folder(path: Path) -> OutputFolder:
    return OutputFolder(path, Outward(Known({"A_KEY": "hunter2"})))


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_prepared_folder_is_invisible_to_git_and_free_of_an_earlier_run(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    for name in ("evidence.json", "fix.patch", "audit.jsonl", "memory.jsonl", "mine.txt"):
        (out / name).write_text("old", encoding="utf-8")
    folder(out).prepare()
    assert contents(out) == {".gitignore": b"*\n", "memory.jsonl": b"old", "mine.txt": b"old"}


def test_texts_and_documents_are_written_whole_without_secrets(tmp_path: Path) -> None:
    out = folder(tmp_path)
    written = out.write_evidence({"reason": "é hunter2 \udcff", "cost": {"hunter2": ["hunter2", 1]}})
    out.write_text("explanation.md", "hunter2\n")
    assert json.loads((tmp_path / "evidence.json").read_bytes()) == written
    assert (written["reason"], written["cost"]) == ("é *** ?", {"***": ["***", 1]})
    assert broken_seal((tmp_path / "evidence.json").read_text(encoding="utf-8")) == ""
    assert contents(tmp_path)["explanation.md"] == b"***\n"
    assert len(contents(tmp_path)) == 2


@pytest.mark.parametrize(("is_partial", "name"), [(False, "fix.patch"), (True, "partial.patch")])
def test_a_patch_is_written_byte_for_byte(tmp_path: Path, name: str, is_partial: bool) -> None:  # noqa: FBT001
    assert folder(tmp_path).write_patch(b"+hunter\r\n\xff", is_partial=is_partial) == name
    assert contents(tmp_path) == {name: b"+hunter\r\n\xff"}


def test_a_patch_that_holds_a_secret_is_not_written_at_all(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"the value of A_KEY, so that it is neither written nor delivered"):
        folder(tmp_path).write_patch(b"+x = 'HUNTER2'\n")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("name", [".gitignore", ".evidence.json.part", "evidence.json", "..gitignore.part"])
def test_a_link_that_a_commit_left_is_never_written_through(name: str, tmp_path: Path) -> None:
    victim, out = tmp_path / "victim", tmp_path / "out"
    victim.write_text("precious", encoding="utf-8")
    out.mkdir()
    (out / name).symlink_to(victim)
    folder(out).prepare()
    folder(out).write_text("evidence.json", "ours")
    assert (victim.read_text(encoding="utf-8"), contents(out)["evidence.json"]) == ("precious", b"ours")


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is a symbolic link; name the folder itself"):
        folder(tmp_path / "out").prepare()
    assert contents(tmp_path / "elsewhere") == {}


def test_a_folder_that_cannot_be_made_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"--out .*out cannot be written: Not a directory; name another folder"):
        folder(tmp_path / "file" / "out").prepare()


def test_a_file_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").mkdir()
    with pytest.raises(InfrastructureError, match=r"evidence\.json cannot be written: Is a directory"):
        folder(tmp_path).write_text("evidence.json", "x")


def test_the_old_file_stays_when_the_new_one_cannot_be_finished(tmp_path: Path) -> None:
    out = folder(tmp_path)
    out.write_text("explanation.md", "old")
    (tmp_path / ".explanation.md.part").mkdir()
    with pytest.raises(InfrastructureError):
        out.write_text("explanation.md", "new")
    assert (tmp_path / "explanation.md").read_text(encoding="utf-8") == "old"
