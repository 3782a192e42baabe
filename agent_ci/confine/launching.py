"""Starts a command through the launcher, and knows how far this machine lets the launcher go."""

from __future__ import annotations

import functools
import marshal
import os
import platform
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import process
from agent_ci.confine import landlock, seccomp, users
from agent_ci.confine.launcher import kernel, stages
from agent_ci.confine.launcher.spec import Spec
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed

_PROGRAM = Path(__file__).parent / "launcher" / "launch.py"
_MAX_REASON_BYTES = 4096
_GRACE_SECONDS = 5.0
_TRIAL_SECONDS = 30.0
_MEMORY_FOLDER_BYTES = 1 << 30
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_TERMINALS = ("/dev/ptmx", "/dev/pts")
_TMP = "/tmp"  # noqa: S108 - the same
_OF_SERVICES = ("/run", "/var/run")  # sockets are not files to Landlock: what a user may connect to, it may
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the place has this name everywhere
_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the launcher can go here: what it unshares, flags of unshare(2), and whether it becomes another user.

    ``refused`` tells what the kernel said to more than that.
    """

    abi: int
    namespaces: int
    user: bool
    refused: str = ""

    @classmethod
    def here(cls) -> Reach:
        """What was found by trying, once per process. Raises SandboxUnavailableError where Landlock is of no use."""
        return tried()


@dataclass(frozen=True, slots=True)
class Confinement:
    """What one command may reach: ``readable`` and ``writable`` places, and who it runs as.

    ``scratch`` is the folder above the writable ones; ``tmp`` is shown as /tmp where that can be done.
    """

    reach: Reach
    scratch: Path
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    tmp: Path | None = None
    user: int | None = None
    capabilities: int = 0
    limits: tuple[tuple[int, int, int], ...] = ()
    groups: tuple[Path, ...] = ()


def launch(
    command: Command, confinement: Confinement, *, folder: Path, watch: process.Watch = lambda _: ""
) -> Completed:
    """Run *command*, whose environment is the whole one, in *folder*.

    Raises InfrastructureError where it, or the confinement, cannot be started.
    """
    spec = _spec(command, confinement, folder)
    with tempfile.TemporaryFile() as file:
        file.write(marshal.dumps(dict(spec)))
        file.flush()
        done = process.run(
            (sys.executable, "-I", "-S", "-B", str(_PROGRAM), str(file.fileno())),
            cwd=Path("/"),
            environment={},
            timeout=command.timeout,
            descriptors=(file.fileno(),),
            watch=watch,
            grace=_GRACE_SECONDS,
        )
        if done.exit_code == stages.NOT_STARTED and (why := os.pread(file.fileno(), _MAX_REASON_BYTES, 0)):
            reason = why.decode("utf-8", "replace")
            raise InfrastructureError(
                f"`{' '.join(command.argv)}` cannot be started: {reason}; install it or name another command"
            )
    return replace(done, argv=command.argv)


def _spec(command: Command, confinement: Confinement, folder: Path) -> Spec:
    has_own = bool(confinement.reach.namespaces)
    terminals = _TERMINALS if has_own or confinement.user is not None else ()
    return Spec(
        parent=os.getpid(),
        argv=list(command.argv),
        environment=dict(command.environment),
        folder=str(folder),
        scratch=str(confinement.scratch),
        own_tmp=str(confinement.tmp or "") if has_own and not _shows(confinement, _TMP) else "",
        hidden=[place for place in _OF_SERVICES if _is_folder(place) and not _shows(confinement, place)],
        readable=[*map(str, confinement.readable), "/proc"],
        writable=[*map(str, confinement.writable), _SHARED_MEMORY],
        devices=[*_DEVICES, *terminals],
        namespaces=confinement.reach.namespaces,
        memory_folder_bytes=_MEMORY_FOLDER_BYTES,
        user=confinement.user,
        capabilities=confinement.capabilities,
        limits=list(confinement.limits),
        groups=list(map(str, confinement.groups)),
        filter=seccomp.program(platform.machine(), inet=has_own),
    )


def _is_folder(place: str) -> bool:
    return Path(place).is_dir() and not Path(place).is_symlink()


def _shows(confinement: Confinement, folder: str) -> bool:
    """Whether something in *folder* has to stay where it is."""
    return any(place.is_relative_to(folder) for place in confinement.readable)


@functools.cache
def tried() -> Reach:
    """The strongest reach that the kernel allows us. Raises SandboxUnavailableError where it allows none."""
    if sys.platform != "linux":
        raise SandboxUnavailableError("Landlock is part of Linux; use the sandbox container, or run on Linux")
    abi = landlock.abi()
    if abi < landlock.LEAST_ABI:
        raise SandboxUnavailableError(
            f"this kernel has version {abi} of Landlock, and {landlock.LEAST_ABI} is needed; "
            "run on Linux 6.2 or later with lsm=landlock, or use the sandbox container"
        )
    refused: list[str] = []
    for reach in _wishes(abi):
        why = _refusal(reach)
        if not why:
            return Reach(abi, reach.namespaces, reach.user, "; ".join(refused))
        refused.append(why)
    raise SandboxUnavailableError(f"no confinement works here: {'; '.join(refused)}; use the sandbox container")


def _wishes(abi: int) -> tuple[Reach, ...]:
    """What to try, the strongest first."""
    if os.geteuid():
        return Reach(abi, _NAMESPACES | kernel.CLONE_NEWUSER, user=False), Reach(abi, 0, user=False)
    return Reach(abi, _NAMESPACES, user=True), Reach(abi, 0, user=True), Reach(abi, 0, user=False)


def _refusal(reach: Reach) -> str:
    """What the kernel says to *reach*; empty where it allows it. Nothing is started."""
    user = users.unused() if reach.user else None
    try:
        nothing = Command((), timeout=_TRIAL_SECONDS)
        done = launch(nothing, Confinement(reach, Path("/"), user=user), folder=Path("/"))
    except InfrastructureError as error:
        return str(error).partition(": ")[2].partition(";")[0]
    return "" if done.exit_code == 0 else f"the launcher ended with {done.exit_code}: {done.output.strip()[-300:]}"
