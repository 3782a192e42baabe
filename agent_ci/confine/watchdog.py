"""Looks after what the kernel does not limit: the memory of all processes of a run together, and its files."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent_ci.confine import processes
from agent_ci.confine.folders import Folders, walked
from agent_ci.core.limits import Limits

_FIRST_LOOK = 0.2  # seconds; most runs of tests end later, and most single commands before
_ENTRY_BYTES = 4096  # what even an empty file counts as, since a file system has only so many
_SHARE_OF_TIME = 20  # of each second, at most a twentieth of a processor goes into looking


@dataclass(slots=True)
class Watchdog:
    """Looks at the processes below one, and at *folders*, now and then; both limits are soft for that reason.

    ``ended`` says why the kernel ended one of the processes by a limit of its own, empty where it did not: the others
    would wait for it.
    """

    limits: Limits
    folders: Folders
    ended: Callable[[], str] = str
    _next_look: float = field(default_factory=lambda: time.monotonic() + _FIRST_LOOK, init=False)

    def __call__(self, pid: int) -> str:
        """Why what *pid* started must end, as a sentence; empty where it need not, or where it is not time to look."""
        now = time.monotonic()
        if now < self._next_look:
            return ""
        worked = time.thread_time()  # where a machine has much to do, waiting for it must not put off the next look
        reason = self._memory(pid) or self._disk() or self.ended()
        self._next_look = time.monotonic() + (time.thread_time() - worked) * _SHARE_OF_TIME
        return reason

    def _memory(self, pid: int) -> str:
        most = self.limits.total_memory_bytes
        if most is None or (used := sum(map(processes.memory, processes.descendants(pid)))) <= most:
            return ""
        return (
            f"its processes held {_mebibytes(used)} of memory together, and {_mebibytes(most)} is the limit; "
            "run fewer tests at a time, or on a larger machine"
        )

    def _disk(self) -> str:
        most = self.limits.disk_bytes
        if most is None or (used := disk_use(self.folders.writable)) <= most:
            return ""
        return (
            f"its files took {_mebibytes(used)} of disk, and {_mebibytes(most)} is the limit; "
            "look for a test that writes without an end"
        )


def disk_use(places: tuple[Path, ...]) -> int:
    """The bytes on disk of all files below *places* that can be seen, each at least a block."""
    used = 0
    for entry in walked(places):
        with contextlib.suppress(OSError):
            used += max(entry.stat(follow_symlinks=False).st_blocks * 512, _ENTRY_BYTES)
    return used


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"
