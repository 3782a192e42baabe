"""Programs that leave processes behind, and who of them is still there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.confine import processes

DAEMONS = """
import os, signal, sys, time
for number in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
"""
STOPPED = "\nif os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(0.2)"
STORM = """
import os, time
end = time.monotonic() + 3
while time.monotonic() < end:
    try:
        if os.fork() == 0: os.setsid()
    except OSError:
        time.sleep(0.01)
"""


def sleepers(marker: str) -> list[int]:
    """The processes with *marker* on their command lines."""
    return [pid for pid in processes.all_ids() if marker in _words(pid)]


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def within(seconds: float, holds: Callable[[], object]) -> bool:
    """Whether *holds* comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


ENDINGS = [
    pytest.param(DAEMONS, 30, id="AC-17 five daemons"),
    pytest.param(DAEMONS + STOPPED, 30, id="AC-29 daemons and a stopped child"),
    pytest.param(DAEMONS + "\ntime.sleep(300)", 1, id="AC-31 daemons and a parent that hangs"),
    pytest.param(STORM, 30, id="AC-18 a storm of forks that ends"),
    pytest.param(STORM, 1, id="AC-18 a storm of forks that is ended"),
]
"""What is run, the seconds that it may take, and how it ends."""
