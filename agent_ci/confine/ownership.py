"""Signs what a run leaves on a machine for as long as it lives, and tells from a signature whether that run is over."""

from __future__ import annotations

import os
from pathlib import Path

from agent_ci.confine import processes


def signature() -> str:
    """This process, in a way that no other process of this machine ever repeats; empty where that cannot be said."""
    place = _place()
    return f"{place} {os.getpid()} {processes.start_of(os.getpid())}" if place else ""


def is_over(signed: str) -> bool:
    """Whether the process that signed is gone. What was signed elsewhere, in another container say, is not judged."""
    place, _, rest = signed.rpartition(" ")[0].rpartition(" ")
    if not place or place != _place() or not rest.isdigit():
        return False
    return processes.start_of(int(rest)) != signed.rpartition(" ")[2]


def _place() -> str:
    """What process ids are relative to: this start of the machine and this PID namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
