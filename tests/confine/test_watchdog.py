"""What the kernel does not limit is looked at, and said in one sentence when it is too much."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent_ci.confine import processes
from agent_ci.confine.folders import Folders
from agent_ci.confine.watchdog import Watchdog, disk_use
from agent_ci.core.limits import Limits

MEBIBYTE = 1 << 20
HOLDS_MEMORY = "x = b'x' * (60 << 20); import os; os.write(1, b'.'); import time; time.sleep(60)"


@pytest.fixture
def own(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path)
    for folder in folders.writable:
        folder.mkdir()
    return folders


def look(limits: Limits, own: Folders, pid: int) -> str:
    watchdog = Watchdog(limits, own)
    time.sleep(0.25)
    return watchdog(pid)


def test_within_its_limits_nothing_is_said(own: Folders) -> None:
    assert look(Limits(total_memory_bytes=1 << 40, disk_bytes=MEBIBYTE), own, os.getpid()) == ""


def test_without_limits_nothing_is_looked_at(own: Folders) -> None:
    (own.tmp / "x").write_bytes(b"x" * MEBIBYTE)
    assert look(Limits(disk_bytes=None), own, os.getpid()) == ""


def test_files_of_all_folders_count_together(own: Folders) -> None:
    for folder in own.writable:
        (folder / "x").write_bytes(b"x" * MEBIBYTE)
    assert "its files took 4 MiB of disk, and 3 MiB is the limit" in look(Limits(disk_bytes=3 * MEBIBYTE), own, 1)


def test_links_and_holes_take_no_disk(own: Folders) -> None:
    (own.root / "link").symlink_to("/usr")
    with (own.root / "hole").open("wb") as file:
        file.truncate(1 << 30)
    assert disk_use(own.writable) < MEBIBYTE


def test_memory_of_descendants_counts_together(own: Folders) -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HOLDS_MEMORY!r}])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.read(1) == b"."
        said = look(Limits(total_memory_bytes=50 * MEBIBYTE), own, parent.pid)
        for pid in sorted(processes.descendants(parent.pid) - {parent.pid}):
            os.kill(pid, 9)
    assert "of memory together, and 50 MiB is the limit" in said


def test_memory_that_forked_processes_share_counts_once(own: Folders) -> None:
    code = "import os, time\nx = b'x' * (60 << 20)\nfor _ in range(3): os.fork()\nos.write(1, b'.')\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert [parent.stdout.read(1) for _ in range(8)] == [b"."] * 8
        said = look(Limits(total_memory_bytes=200 * MEBIBYTE), own, parent.pid)
        for pid in sorted(processes.descendants(parent.pid)):
            os.kill(pid, 9)
    assert said == ""


def test_looking_takes_a_twentieth_of_the_time(own: Folders) -> None:
    watchdog = Watchdog(Limits(disk_bytes=0, total_memory_bytes=None), own)
    assert watchdog(os.getpid()) == ""  # a short command is never looked at
    (own.tmp / "x").write_bytes(b"x" * MEBIBYTE)
    time.sleep(0.25)
    assert "disk" in watchdog(os.getpid())
    assert watchdog(os.getpid()) == ""
