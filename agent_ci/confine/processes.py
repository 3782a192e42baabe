"""Reads what the kernel says about processes, ours and others'."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SHARE = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)
_ZOMBIE = "Z"  # ended, and nobody has waited for it
_STATE, _PARENT, _START = 0, 1, 19  # fields of /proc/PID/stat behind the name, which may hold any character: proc(5)


def all_ids() -> list[int]:
    """Every process that there is; none where there is no /proc."""
    with contextlib.suppress(OSError), os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdigit()]
    return []


def start_of(pid: int) -> str:
    """When *pid* was started, in ticks since the machine's start; empty where it is not, or ended unnoticed."""
    try:
        facts = _facts(pid)
        return "" if facts[_STATE] == _ZOMBIE else facts[_START]
    except (OSError, IndexError):
        return ""


def descendants(pid: int) -> set[int]:
    """*pid* and everything below it."""
    parents = dict(_parents())
    own = {pid}
    # A parent was mostly started before its child, but ids wrap around: repeat until nothing is added.
    while more := {child for child, parent in parents.items() if parent in own} - own:
        own |= more
    return own


def memory(pid: int) -> int:
    """The bytes of memory that *pid* holds; 0 where there is no such process.

    What several processes share, as those who forked do, is divided between them where the kernel tells us.
    """
    with contextlib.suppress(OSError, ValueError):
        found = _SHARE.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024
    with contextlib.suppress(OSError, ValueError):
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return (int(resident) - int(shared)) * _PAGE
    return 0


def environment_of(pid: int) -> bytes:
    """What *pid* was started with, each entry with a NUL behind it; empty where we may not read it."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _parents() -> Iterator[tuple[int, int]]:
    for pid in all_ids():
        with contextlib.suppress(OSError, IndexError, ValueError):
            yield pid, int(_facts(pid)[_PARENT])


def _facts(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()
