"""A view of the machine with nobody else in it: own processes, own loopback, own shared memory and terminals."""

from __future__ import annotations

import os

from agent_ci.confine.launcher import kernel
from agent_ci.confine.launcher.kernel import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC, MS_SLAVE

TYPE_CHECKING = False  # the name that type checkers know; `typing` itself costs the launcher 10 ms
if TYPE_CHECKING:
    from agent_ci.confine.launcher.spec import Spec

_NOTHING_SPECIAL = MS_NOSUID | MS_NODEV | MS_NOEXEC


def leave(flags: int) -> None:
    """Leave the namespaces in *flags*; the next child is the first process of a new PID namespace."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(flags)
    if flags & kernel.CLONE_NEWUSER:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")


def furnish(spec: Spec) -> None:
    """Give the new namespaces what programs expect to find; to be called as the first process in them."""
    kernel.mount("none", "/", "", MS_REC | MS_SLAVE)
    kernel.mount("proc", "/proc", "proc", _NOTHING_SPECIAL)
    size = f"size={spec['memory_folder_bytes']},mode=1777"
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, size)  # noqa: S108 - a mount point
    kernel.mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    if not os.path.islink("/dev/ptmx"):  # noqa: PTH114 - pathlib costs the launcher 10 ms
        kernel.mount("/dev/pts/ptmx", "/dev/ptmx", "", MS_BIND)
    for folder in spec["hidden"]:
        kernel.mount("tmpfs", folder, "tmpfs", _NOTHING_SPECIAL | MS_RDONLY, "size=4k,mode=0755")
    if spec["own_tmp"]:
        _show_as_tmp(spec["own_tmp"], spec["scratch"])
    kernel.raise_loopback()


def _show_as_tmp(own: str, scratch: str) -> None:
    """Hide /tmp behind *own*, with *scratch*, which may lie below /tmp, at its old place."""
    descriptor = os.open(scratch, os.O_PATH | os.O_CLOEXEC)
    kernel.mount(own, "/tmp", "", MS_BIND)  # noqa: S108 - a mount point
    if scratch.startswith("/tmp/"):  # noqa: S108 - a comparison
        os.makedirs(scratch, mode=0o711, exist_ok=True)  # noqa: PTH103 - pathlib costs the launcher 10 ms
        kernel.mount(f"/proc/self/fd/{descriptor}", scratch, "", MS_BIND)
    os.close(descriptor)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
