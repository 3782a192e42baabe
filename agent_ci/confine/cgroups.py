"""Gives the processes of a run a control group, where we may make one: there the kernel counts memory and processes.

Sources: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.confine import ownership
from agent_ci.core.limits import Limits

_PREFIX, _CONTROLLERS = "agent-ci-", ("memory", "pids")
_MOUNT, _PROCESSES, _OWN = Path("/sys/fs/cgroup"), Path("/proc"), Path("/proc/self/cgroup")
_OUT_OF_MEMORY = (
    "the kernel ended a process because all of the run together held more memory than its limit; "
    "run fewer tests at a time, or on a larger machine"
)
_JOIN = """
count=$1
shift
while [ "$count" -gt 0 ]; do
    echo $$ >"$1" || exit 1
    shift
    count=$((count - 1))
done
exec "$@"
"""
_REMOVALS, _BETWEEN_REMOVALS = 50, 0.01
_KILLED = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that were made, by what they limit: ``memory``, ``pids``. Both may be one folder, or missing."""

    by_controller: tuple[tuple[str, Path], ...] = ()

    @property
    def doors(self) -> tuple[Path, ...]:
        """The files that a process joins them through."""
        return tuple(dict.fromkeys(folder / "cgroup.procs" for _, folder in self.by_controller))

    @property
    def joining(self) -> tuple[str, ...]:
        """The words in front of a command that have it join them."""
        doors = self.doors
        return ("/bin/sh", "-c", _JOIN, "sh", str(len(doors)), *map(str, doors)) if doors else ()

    @property
    def limited(self) -> frozenset[str]:
        """What the kernel limits."""
        return frozenset(controller for controller, _ in self.by_controller)

    def left_to_watch(self, limits: Limits) -> Limits:
        """*limits* without what the kernel keeps."""
        return replace(limits, total_memory_bytes=None) if "memory" in self.limited else limits

    @property
    def why_ended(self) -> str:
        """The sentence of the limit by which the kernel ended a process; empty where it ended none."""
        return _OUT_OF_MEMORY if self.ran_out_of_memory else ""

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed one of the processes because all together held too much."""
        return any(_kills(folder) for controller, folder in self.by_controller if controller == "memory")


@contextlib.contextmanager
def opened(limits: Limits) -> Iterator[Groups]:
    """Groups that hold their processes to *limits*, removed afterwards; without any where we may make none."""
    _clear_leftovers()
    name = f"{_PREFIX}{secrets.token_hex(6)}-{ownership.signature().replace(' ', '_')}"
    wanted = {"memory": limits.total_memory_bytes, "pids": limits.processes}
    made: list[tuple[str, Path]] = []
    try:
        for controller, most in wanted.items():
            if most is not None and (folder := _made(controller, name, most)):
                made.append((controller, folder))
        yield Groups(tuple(made))
    finally:
        for folder in {folder for _, folder in made}:
            _remove(folder)


def of_container(id_: str) -> Groups:
    """The group in which an engine counts the memory of its container *id_*; none where nothing in it can be seen."""
    for file in _PROCESSES.glob("[0-9]*/cgroup"):
        for controllers, path in sorted((line.split(":", 2)[1:] for line in _lines(file)), reverse=True):
            is_memory = "memory" in controllers.split(",") or not controllers  # the unified hierarchy names none
            if is_memory and id_ in path and "conmon" not in path:  # that process of the engine's is in another group
                return Groups((("memory", _MOUNT / controllers / path.lstrip("/")),))
    return Groups()


@functools.cache
def _clear_leftovers() -> None:
    """Once per process: remove the groups of runs of ours that were killed; their names hold who made them."""
    for folder in {
        found for name in _CONTROLLERS for parent, _ in places(name) for found in parent.glob(f"{_PREFIX}*")
    }:
        if ownership.is_over(folder.name.removeprefix(_PREFIX).partition("-")[2].replace("_", " ")):
            _remove(folder)


def _made(controller: str, name: str, most: int) -> Path | None:
    for parent, file in places(controller):
        folder = parent / name
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
            if (folder / "cgroup.procs").exists() and os.access(folder / file, os.W_OK):
                (folder / file).write_text(str(most), encoding="ascii")
                return folder
        _remove(folder)
    return None


def places(controller: str) -> Iterator[tuple[Path, str]]:
    """Folders in which a group for *controller* may be made, each with the name of the file for its limit."""
    for line in _lines(_OWN):
        number, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            file = {"memory": "memory.limit_in_bytes", "pids": "pids.max"}[controller]
            yield _MOUNT / controller / path.lstrip("/"), file
        elif number == "0":
            own = _MOUNT / path.lstrip("/")
            # A group with processes in it cannot hand controllers on, so that ours is a sibling; the root can.
            for parent in (own, own.parent):
                if controller in " ".join(_lines(parent / "cgroup.subtree_control")).split():
                    yield parent, f"{controller}.max"


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _kills(folder: Path) -> bool:
    text = "\n".join(line for name in ("memory.events", "memory.oom_control") for line in _lines(folder / name))
    return any(int(count) for count in _KILLED.findall(text))


def _remove(folder: Path) -> None:
    """Remove an empty group; the kernel takes a moment to notice that its last process is gone."""
    for _ in range(_REMOVALS):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(_BETWEEN_REMOVALS)
