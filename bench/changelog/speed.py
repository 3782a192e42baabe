"""Measures how long the whole command takes on made histories, and how much memory, beside git-cliff."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.changelog.made import Made

SIZES = ((200, 0, 2.0), (1_200, 20, 5.0), (9_600, 1_000, 15.0))
"""Commits, tags, and the wall-clock seconds that are allowed."""
MEBIBYTES = 250
_KIBIBYTES = 1024
_LONG = 5.0
_BEFORE_ALL = "v0.0.1"  # nothing is older, so that the notes are of the whole history


def rows(cliff: str) -> Iterator[tuple[object, ...]]:
    """One row for each size: ours, then git-cliff where *cliff* names it; the last cell is what is allowed."""
    for size, tags, allowed in SIZES:
        with tempfile.TemporaryDirectory(prefix="bench-changelog-") as scratch:
            bare, checkout = Path(scratch) / "made.git", Path(scratch) / "checkout"
            Made(size, tags=tags).write(bare)
            subprocess.run(["git", "clone", "-q", "--no-checkout", bare, checkout], check=True)
            ours = ("changelog", "--repository", str(checkout), "--out", f"{scratch}/out", "--release", _BEFORE_ALL)
            yield "agent-ci", size, tags, *_best((sys.executable, "-m", "agent_ci", *ours), scratch), allowed
            if cliff:
                command = (cliff, "--offline", "--no-exec", "--repository", str(checkout))
                yield "git-cliff", size, tags, *_best(command, scratch), "-"


def _best(command: Sequence[str], folder: str) -> tuple[float, float, int]:
    """The fastest of three runs, or the only one where one takes long."""
    first = _measured(command, folder)
    return min(first, *(_measured(command, folder) for _ in range(2))) if first[0] < _LONG else first


def _measured(command: Sequence[str], folder: str) -> tuple[float, float, int]:
    """Wall-clock seconds, processor seconds, and MiB at most, of *command* with what it starts."""
    with Path(folder, "printed").open("wb") as printed:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(
            f"{command[:4]} ended with {process.returncode}: {Path(folder, 'printed').read_text()[-300:]}"
        )
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss // _KIBIBYTES


def is_allowed(row: Sequence[object]) -> bool:
    """Whether *row* is as fast and as small as it has to be; other programs may do as they like."""
    wall, mebibytes, allowed = row[3], row[5], row[6]
    if not (isinstance(wall, float) and isinstance(mebibytes, int) and isinstance(allowed, float)):
        return True
    return wall <= allowed and mebibytes <= MEBIBYTES
