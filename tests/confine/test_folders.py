"""Throw-away folders are private, go away whatever was done to them, and are found after a run that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from agent_ci.confine import folders
from tests.trees import Files

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user: NOT tested")
OTHER = 61999


def test_there_is_a_copy_and_three_empty_folders_that_are_gone_afterwards() -> None:
    with folders.opened(Files({"a/b.txt": "x"})) as own:
        assert (own.root / "a/b.txt").read_text() == "x"
        assert [list(folder.iterdir()) for folder in own.writable[1:]] == [[], [], []]
        assert own.environment == {"HOME": str(own.home), "TMPDIR": str(own.tmp)}
        assert own.scratch.stat().st_mode & 0o777 == 0o700
    assert not own.scratch.exists()


def test_with_git_the_copy_has_one_commit() -> None:
    with folders.opened(Files({"a": "x"}), has_git=True) as own:
        log = subprocess.run(["git", "log", "--format=%s"], cwd=own.root, capture_output=True, text=True, check=True)
    assert log.stdout == "The commit that is judged\n"


def deep(folder: Path) -> None:
    """More folders in each other than Python can walk down, or a path can name."""
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)


def closed(folder: Path) -> None:
    (folder / "d").mkdir()
    (folder / "d/f").touch()
    (folder / "d").chmod(0)


def links(folder: Path) -> None:
    outside = Path(tempfile.gettempdir(), f"outside-{os.getpid()}")
    outside.mkdir(exist_ok=True)
    (outside / "kept").touch()
    (folder / "link").symlink_to(outside)


@pytest.mark.parametrize("leave", [deep, closed, links], ids=lambda leave: leave.__name__)
def test_whatever_was_left_goes_away_and_nothing_else_does(leave: object) -> None:
    assert callable(leave)
    with folders.opened(Files({})) as own:
        leave(own.root)
    assert not own.scratch.exists()
    if leave is links:
        assert Path(tempfile.gettempdir(), f"outside-{os.getpid()}", "kept").exists()


@needs_root
def test_everything_belongs_to_the_other_user_also_what_we_write_later() -> None:
    with folders.opened(Files({"a/b": "x"}), user=OTHER) as own:
        (own.outbox / "later").touch()
        own.hand_over()
        found = {entry.stat(follow_symlinks=False).st_uid for entry in folders.walked(own.writable)}
        assert found | {folder.stat().st_uid for folder in own.writable} == {OTHER}
        assert own.scratch.stat().st_uid == 0


@needs_root
def test_a_second_name_of_a_file_and_the_target_of_a_link_are_not_given_away(tmp_path: Path) -> None:
    kept = Path(tempfile.mkstemp(dir=tempfile.gettempdir())[1])
    with folders.opened(Files({}), user=OTHER) as own:
        (own.root / "hard").hardlink_to(kept)
        (own.root / "soft").symlink_to(tmp_path)
        own.hand_over()
        assert (kept.stat().st_uid, tmp_path.stat().st_uid) == (0, 0)
    kept.unlink()


OPEN_AND_DIE = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from agent_ci.confine import folders
from tests.trees import Files
with folders.opened(Files({})) as own:
    print(own.scratch, flush=True)
    sys.argv[2] == 'die' and os.kill(os.getpid(), signal.SIGKILL)
    input()
"""


def opened_by_another(temporary: Path, what: str) -> tuple[subprocess.Popen[str], Path]:
    command = (sys.executable, "-c", OPEN_AND_DIE, str(ROOT), what)
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(temporary)}
    process = subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True)
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    dead, left = opened_by_another(tmp_path, "die")
    dead.communicate()
    stranger = tmp_path / "agent-ci-of-somebody"
    stranger.mkdir()
    assert left.exists()
    living, used = opened_by_another(tmp_path, "live")
    opened_by_another(tmp_path, "die")[0].communicate()
    assert (left.exists(), used.exists(), stranger.exists()) == (False, True, True)
    living.communicate("\n")
    assert not used.exists()
