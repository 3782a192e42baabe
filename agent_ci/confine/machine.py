"""Knows how much memory there is: the machine's, or less where the container that we run in has less."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from agent_ci.core.limits import Limits

# How containers see the limit that was put on them, cgroup v2 and v1.
_OF_CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def limits() -> Limits:
    """The default limits, which depend on how much memory there is."""
    return Limits.of_machine(memory())


def memory() -> int:
    """Bytes of memory."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _OF_CONTAINER:
        with contextlib.suppress(OSError, ValueError):  # "max" is no number and no limit
            known.append(int(file.read_text(encoding="ascii")))
    return min(known)
