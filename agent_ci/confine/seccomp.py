"""Which system calls repository code may not make, as a program for the kernel's filter."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.errors import SandboxUnavailableError

# linux/bpf_common.h, linux/seccomp.h, linux/audit.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000

_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_RAW, _SOCK_PACKET, _SOCK_TYPE = 3, 10, 0xF
# linux/sched.h: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # asm-generic/ioctls.h: both type into a terminal on somebody's behalf


@dataclass(frozen=True, slots=True)
class _Machine:
    """``architecture`` is the kernel's AUDIT_ARCH; ``calls`` are numbers, from asm/unistd.h."""

    architecture: int
    has_x32: bool
    calls: Mapping[str, int]


# Calls added after 2019 have one number on every machine.
_EVERYWHERE = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "clone3": 435, "pidfd_getfd": 438,
    "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443, "open_tree_attr": 467,
}  # fmt: skip
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        has_x32=True,
        calls={
            **_EVERYWHERE,
            "ioctl": 16, "socket": 41, "clone": 56, "ptrace": 101, "syslog": 103, "vhangup": 153, "pivot_root": 155,
            "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167,
            "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
            "init_module": 175, "delete_module": 176, "quotactl": 179, "lookup_dcookie": 212, "clock_settime": 227,
            "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
            "perf_event_open": 298, "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308,
            "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313,
            "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
        },
    ),
    "aarch64": _Machine(
        0xC00000B7,
        has_x32=False,
        calls={
            **_EVERYWHERE,
            "lookup_dcookie": 18, "ioctl": 29, "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51,
            "vhangup": 58, "quotactl": 60, "acct": 89, "unshare": 97, "kexec_load": 104, "init_module": 105,
            "delete_module": 106, "clock_settime": 112, "syslog": 116, "ptrace": 117, "reboot": 142,
            "sethostname": 161, "setdomainname": 162, "settimeofday": 170, "socket": 198, "add_key": 217,
            "request_key": 218, "keyctl": 219, "clone": 220, "swapon": 224, "swapoff": 225, "perf_event_open": 241,
            "name_to_handle_at": 264, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
            "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "bpf": 280, "userfaultfd": 282,
            "kexec_file_load": 294,
        },
    ),
}  # fmt: skip
_ALIASES = {"arm64": "aarch64", "amd64": "x86_64"}
_LOOKED_INTO = ("ioctl", "socket", "clone", "clone3")  # the other calls of the tables are refused as such


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; ``then`` and ``otherwise`` name the places to go on at, "" for the next instruction."""

    code: int
    value: int
    then: str = ""
    otherwise: str = ""


def program(machine: str, *, inet: bool) -> bytes:
    """The filter for *machine* (as ``platform.machine()`` says it), an array of ``struct sock_filter``.

    With *inet*, TCP and UDP are left alone, for code that has a network of its own. Raises
    SandboxUnavailableError for a machine whose system calls are not in the tables.
    """
    known = _MACHINES.get(_ALIASES.get(machine.lower(), machine.lower()))
    if known is None:
        raise SandboxUnavailableError(
            f"no filter of system calls is known for {machine} (known: {', '.join(_MACHINES)}); "
            "use the sandbox container, or run on one of those"
        )
    return _assembled(tuple(_steps(known, inet=inet)))


def _steps(machine: _Machine, *, inet: bool) -> Iterator[_Step | str]:
    """The filter, instruction by instruction; a bare string is a place that others go on at."""
    calls = machine.calls
    yield _Step(_LOAD, _ARCHITECTURE)
    yield _Step(_EQUAL, machine.architecture, otherwise="kill")
    yield _Step(_LOAD, _NUMBER)
    if machine.has_x32:
        yield _Step(_AT_LEAST, _X32, then="kill")
    yield from (_Step(_EQUAL, calls[name], then=name) for name in _LOOKED_INTO)
    yield from (_Step(_EQUAL, number, then="refuse") for name, number in calls.items() if name not in _LOOKED_INTO)
    yield _Step(_RETURN, _ALLOW)
    yield "socket"
    yield from _socket(inet=inet)
    yield "clone"
    yield _Step(_LOAD, _argument(0))
    yield _Step(_ANY_BIT, _NEW_NAMESPACES, then="refuse", otherwise="allow")
    yield "ioctl"
    yield _Step(_LOAD, _argument(1))
    yield _Step(_EQUAL, _TIOCSTI, then="refuse")
    yield _Step(_EQUAL, _TIOCLINUX, then="refuse", otherwise="allow")
    yield "clone3"  # its flags lie in memory, where a filter cannot look; without it, libraries fall back to clone
    yield _Step(_RETURN, _ERRNO | errno.ENOSYS)
    yield "no family"
    yield _Step(_RETURN, _ERRNO | errno.EAFNOSUPPORT)
    yield "refuse"
    yield _Step(_RETURN, _ERRNO | errno.EPERM)
    yield "allow"
    yield _Step(_RETURN, _ALLOW)
    yield "kill"
    yield _Step(_RETURN, _KILL)


def _socket(*, inet: bool) -> Iterator[_Step | str]:
    yield _Step(_LOAD, _argument(0))
    yield _Step(_EQUAL, _AF_UNIX, then="allow")
    if not inet:
        yield _Step(_RETURN, _ERRNO | errno.EAFNOSUPPORT)
        return
    yield _Step(_EQUAL, _AF_INET, then="inet")
    yield _Step(_EQUAL, _AF_INET6, otherwise="no family")
    yield "inet"
    yield _Step(_LOAD, _argument(1))
    yield _Step(_AND, _SOCK_TYPE)
    yield _Step(_EQUAL, _SOCK_RAW, then="refuse")
    yield _Step(_EQUAL, _SOCK_PACKET, then="refuse", otherwise="allow")


def _argument(index: int) -> int:
    """Where the lower half of an argument lies; both machines are little-endian."""
    return _ARGUMENTS + 8 * index


def _assembled(steps: tuple[_Step | str, ...]) -> bytes:
    """*steps* with the names of places turned into distances. A jump reaches 255 instructions, which suffices."""
    places: dict[str, int] = {}
    instructions: list[_Step] = []
    for step in steps:
        if isinstance(step, str):
            places[step] = len(instructions)
        else:
            instructions.append(step)

    def distance(name: str, here: int) -> int:
        return places[name] - here - 1 if name else 0

    return b"".join(
        struct.pack("=HBBI", step.code, distance(step.then, here), distance(step.otherwise, here), step.value)
        for here, step in enumerate(instructions)
    )
