"""How far the launcher goes on this machine, for root and for others, and that its supervisor harms nobody else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.confine import landlock, launching
from agent_ci.confine.launcher import kernel, stages
from agent_ci.confine.launching import Reach
from agent_ci.errors import SandboxUnavailableError

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user: NOT tested")
needs_landlock = pytest.mark.skipif(landlock.abi() < landlock.LEAST_ABI, reason="no usable Landlock: NOT tested")
OTHER, THIRD = 61998, 61997


def test_a_kernel_without_landlock_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 2)
    launching.tried.cache_clear()
    with pytest.raises(SandboxUnavailableError, match="version 2 of Landlock, and 3 is needed"):
        Reach.here()
    launching.tried.cache_clear()


@needs_landlock
def test_what_the_kernel_refuses_is_told_and_less_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = Reach(landlock.abi(), 1, user=False)
    possible = Reach(landlock.abi(), 0, user=False)
    monkeypatch.setattr(launching, "_wishes", lambda _: (impossible, possible))
    launching.tried.cache_clear()
    found = Reach.here()
    launching.tried.cache_clear()
    assert (found.namespaces, found.refused) == (0, "Invalid argument (unshare)")


@needs_root
def test_the_sweep_of_a_user_reaches_nobody_else() -> None:
    """In a PID namespace of its own, so that a mistake ends this test and not the machine's other processes."""
    if not shutil.which("unshare"):
        pytest.skip("util-linux is not installed here: NOT tested")
    code = (
        "import json, os, subprocess, sys, time\nsys.path.insert(0, sys.argv[1])\n"
        "from agent_ci.confine.launcher import stages\n"
        "start = lambda user: subprocess.Popen(['sleep', '60'], user=user)\n"
        f"root, other, target = start(0), start({OTHER}), start({THIRD})\n"
        f"stages.kill_all_of({THIRD})\ntime.sleep(0.3)\n"
        "print(json.dumps([one.poll() for one in (root, other, target)]))\nroot.kill(); other.kill()"
    )
    command = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable, "-c", code, str(ROOT))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "Operation not permitted" in done.stderr:
        pytest.skip("no PID namespace can be made here: NOT tested")
    assert json.loads(done.stdout) == [None, None, -9], done.stderr


@needs_root
def test_the_sweep_refuses_users_of_the_system() -> None:
    """A child that would signal everybody as root signals nobody; itself it ends well."""
    read, write = os.pipe()
    before = os.getpid()
    if (child := os.fork()) == 0:
        stages.kill_all_of(0)
        os.waitpid(-1, 0)
        os.write(write, b"alive")
        os._exit(0)
    os.waitpid(child, 0)
    assert (os.read(read, 5), os.getpid()) == (b"alive", before)
    os.close(read)
    os.close(write)


AS_ANOTHER = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from agent_ci.confine.launching import Reach
from agent_ci.confine.probing import probe
from agent_ci.confine.view import View
from agent_ci.core.limits import Limits
from agent_ci.ports import Command
from agent_ci.sandboxes.landlock import Landlock
class Nothing:
    def export(self, into): pass
environment = {"PATH": os.environ["PATH"]}
readable = View(environment, programs=(Path(sys.executable),)).readable
best = Reach.here()
for reach in (best, Reach(best.abi, 0, user=False)):
    box = Landlock(environment, readable, limits=Limits(), reach=reach)
    with box.open(Nothing()) as workspace:
        done = workspace.run(Command((sys.executable, "-c", "import os; print(os.getuid(), os.getgid())")))
    found = probe(box)
    print(json.dumps([bool(reach.namespaces), done.output.split(), found.passed, found.allowed]))
"""


@needs_root
@needs_landlock
def test_without_root_the_same_user_is_confined_and_passes_the_probe() -> None:
    if not shutil.which("setpriv"):
        pytest.skip("util-linux is not installed here: NOT tested")
    python = "/usr/bin/python3"  # ours may lie where only root can read
    if subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=False).returncode:
        pytest.skip("the system has no Python 3.11 or later: NOT tested")
    options = ("--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups")
    command = ("setpriv", *options, python, "-B", "-c", AS_ANOTHER, str(ROOT))
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TMPDIR": "/var/tmp"}  # noqa: S108
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line[1:3] for line in lines] == [[[str(OTHER)] * 2, True]] * 2, (done.stdout, done.stderr)


def test_the_calls_of_the_kernel_say_what_was_refused() -> None:
    with pytest.raises(OSError, match="mount on /nowhere"):
        kernel.mount("none", "/nowhere", "tmpfs", 0)
