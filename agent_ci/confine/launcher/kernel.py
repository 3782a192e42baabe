"""Asks the kernel for what Python has no function for; a refusal is an OSError that names the call."""

from __future__ import annotations

import ctypes
import os

_LIBRARY = ctypes.CDLL(None, use_errno=True)

# linux/prctl.h
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SECUREBITS = 1, 8, 22, 24, 28
SECBIT_NO_SETUID_FIXUP = 1 << 2  # linux/securebits.h
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47
PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
SECCOMP_MODE_FILTER = 2
# linux/sched.h
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x4000000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
# linux/mount.h
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x1, 0x2, 0x4, 0x8
MS_BIND, MS_REC, MS_SLAVE = 0x1000, 0x4000, 0x80000
CAP_DAC_READ_SEARCH = 2  # linux/capability.h
_CAPABILITIES_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_AF_INET, _SOCK_DGRAM, _SIOCSIFFLAGS, _IFF_UP_RUNNING = 2, 2, 0x8914, 0x1 | 0x40


def prctl(option: int, *values: int) -> int:
    """Change how the kernel treats this process."""
    padded = (*values, 0, 0, 0, 0)[:4]
    return _done(_LIBRARY.prctl(option, *map(ctypes.c_ulong, padded)), "prctl")


def system_call(number: int, *arguments: object) -> int:
    """A system call that the library has no function for."""
    return _done(_LIBRARY.syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def unshare(flags: int) -> None:
    """Leave the namespaces in *flags*."""
    _done(_LIBRARY.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Show *source*, a file system or a place, at *target*."""
    words = (word.encode() for word in (source, target, kind))
    _done(_LIBRARY.mount(*words, ctypes.c_ulong(flags), options.encode()), f"mount on {target}")


def filter_calls(program: bytes) -> None:
    """Hold every further system call against *program*, for good."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = (len(program) // 8).to_bytes(2, "little") + bytes(6) + ctypes.addressof(instructions).to_bytes(8, "little")
    described = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(described))


def bound(capabilities: int) -> None:
    """Make it impossible to ever gain a capability that is not one of *capabilities*, a set of bits."""
    for number in range(_LAST_CAPABILITY + 1):
        if not capabilities >> number & 1 and _LIBRARY.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0):
            break  # beyond the last one that this kernel knows, or without the right to do so


def keep_only(capabilities: int) -> None:
    """Keep *capabilities* over the start of a program, and lose all others."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    low, high = (half.to_bytes(4, "little") for half in (capabilities & 0xFFFFFFFF, capabilities >> 32))
    header = ctypes.create_string_buffer(_CAPABILITIES_VERSION_3.to_bytes(4, "little") + bytes(4), 8)
    _done(_LIBRARY.capset(header, ctypes.create_string_buffer(low * 3 + high * 3, 24)), "capset")
    for number in range(_LAST_CAPABILITY + 1):
        if capabilities >> number & 1:
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number)


def raise_loopback() -> None:
    """Switch on the loopback interface of a new network namespace."""
    descriptor = _done(_LIBRARY.socket(_AF_INET, _SOCK_DGRAM, 0), "socket")
    request = ctypes.create_string_buffer(b"lo".ljust(16, b"\0") + _IFF_UP_RUNNING.to_bytes(2, "little") + bytes(22))
    try:
        _done(_LIBRARY.ioctl(descriptor, ctypes.c_ulong(_SIOCSIFFLAGS), request), "ioctl on lo")
    finally:
        os.close(descriptor)


def _done(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
