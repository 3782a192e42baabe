"""Where a control group can be made, the kernel counts memory and processes; where not, nothing breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci.confine import cgroups
from agent_ci.core.limits import Limits

with cgroups.opened(Limits(total_memory_bytes=1 << 30)) as _found:
    POSSIBLE = _found.limited
needs_groups = pytest.mark.skipif(len(POSSIBLE) != 2, reason="no control group can be made: NOT tested")
JOIN = "import sys\nfor door in sys.argv[1:]: open(door, 'w').write('0')\n"


def inside(groups: cgroups.Groups, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", JOIN + code, *map(str, groups.doors)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@needs_groups
def test_processes_are_capped_also_for_root() -> None:
    code = (
        "import os, time\nnumber = 0\n"
        "try:\n"
        "    while number < 200:\n"
        "        if os.fork() == 0: time.sleep(1); os._exit(0)\n"
        "        number += 1\n"
        "except OSError: pass\nprint(number)"
    )
    with cgroups.opened(Limits(processes=20)) as groups:
        assert int(inside(groups, code).stdout) == 19


@needs_groups
def test_who_holds_too_much_memory_is_killed_and_that_is_known() -> None:
    with cgroups.opened(Limits(total_memory_bytes=64 << 20)) as groups:
        assert not groups.ran_out_of_memory
        assert inside(groups, "x = b'x' * (200 << 20)").returncode == -9
        assert groups.ran_out_of_memory


@needs_groups
def test_no_group_is_left_behind() -> None:
    with cgroups.opened(Limits(total_memory_bytes=1 << 30)) as groups:
        folders = [door.parent for door in groups.doors]
        inside(groups, "")
        assert all(folder.is_dir() for folder in folders)
    assert not any(folder.exists() for folder in folders)


@needs_groups
def test_a_group_of_a_killed_run_is_removed_by_the_next() -> None:
    code = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from agent_ci.confine import cgroups
from agent_ci.core.limits import Limits
with cgroups.opened(Limits(total_memory_bytes=1 << 30)) as groups:
    print(*groups.doors, flush=True)
    sys.argv[2] == 'die' and os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", code, str(Path(__file__).parents[2])]
    with cgroups.opened(Limits(total_memory_bytes=1 << 30)) as ours:
        dead = subprocess.run([*command, "die"], capture_output=True, text=True, check=False).stdout.split()
        assert dead
        assert all(Path(door).exists() for door in dead)
        subprocess.run([*command, "live"], capture_output=True, check=True)
        assert not any(Path(door).exists() for door in dead)
        assert all(door.exists() for door in ours.doors)


def test_without_the_right_to_make_groups_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "_MOUNT", tmp_path / "none")
    with cgroups.opened(Limits(total_memory_bytes=1 << 30)) as groups:
        assert (groups.doors, groups.limited, groups.ran_out_of_memory) == ((), frozenset(), False)


@pytest.mark.parametrize("depth", ["", "delegated"])
def test_the_unified_hierarchy_is_used_where_controllers_were_handed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, depth: str
) -> None:
    """Its files as the kernel lays them out; no machine of ours mounts memory there."""
    folder = tmp_path / depth
    folder.mkdir(exist_ok=True)
    (folder / "cgroup.subtree_control").write_text("cpu memory pids\n")
    own = "/delegated/session" if depth else "/"
    monkeypatch.setattr(cgroups, "_MOUNT", tmp_path)
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "own")
    (tmp_path / "own").write_text(f"0::{own}\n")
    found = [(parent, file) for name in ("memory", "pids") for parent, file in cgroups.places(name)]
    assert found == [(folder, "memory.max"), (folder, "pids.max")]
