from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from agent_ci.confine import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


def test_a_process_that_ended_and_was_never_waited_for_is_no_longer_there() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        assert processes.start_of(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it ended, and stays as a zombie
        assert processes.start_of(process.pid) == ""


def test_a_process_that_never_was_has_no_start() -> None:
    assert processes.start_of(2**22 + 1) == ""


def test_we_are_below_ourselves_and_so_is_what_we_start() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        time.sleep(0.05)
        assert {os.getpid(), process.pid} <= processes.descendants(os.getpid())
        process.kill()
