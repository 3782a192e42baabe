"""Which files a process may still reach, as the rules of Landlock, for the versions of it that kernels have.

Source: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os

from agent_ci.confine.launcher import kernel

LEAST_ABI = 3
"""Linux 6.2: before it, a file outside could be truncated, or nothing be moved between folders."""
SCOPES_ABI = 6
"""Linux 6.12: from here on signals and abstract sockets stay inside as well."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15
_ABSTRACT_UNIX_SOCKET, _SIGNAL = 1 << 0, 1 << 1
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_HIGHEST_RIGHT = {1: 12, 2: 13, 3: 14, 4: 14}  # 15 from version 5 on

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_USE = _READ_FILE | _WRITE_FILE | _READ_DIR | _IOCTL_DEV


def abi() -> int:
    """The version of Landlock that this kernel has; 0 where it has none, or it is switched off."""
    try:
        return kernel.system_call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def ruleset(*, readable: list[str], writable: list[str], devices: list[str]) -> int:
    """A descriptor for rules under which nothing else is reachable. Places that do not exist are left out."""
    version = abi()
    handled = (1 << _HIGHEST_RIGHT.get(version, 15) + 1) - 1
    scopes = _ABSTRACT_UNIX_SOCKET | _SIGNAL if version >= SCOPES_ABI else 0
    words = [handled, 0, scopes][: 1 if version < 4 else 2 if version < SCOPES_ABI else 3]  # noqa: PLR2004 - 4 added TCP
    content = b"".join(word.to_bytes(8, "little") for word in words)
    attributes = ctypes.create_string_buffer(content, len(content))
    rules = kernel.system_call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(content)), ctypes.c_uint32(0))
    everything = handled & ~(_MAKE_CHAR | _MAKE_BLOCK)
    for places, rights in ((readable, _READ), (writable, everything), (devices, _USE)):
        for place in places:
            _allow(rules, place, rights & handled)
    return rules


def restrict(rules: int) -> None:
    """Hold this process, and all that it starts, to *rules*, for good."""
    kernel.system_call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))


def _allow(rules: int, place: str, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(place):  # noqa: PTH112 - pathlib costs the launcher 10 ms
        rights &= _OF_FILES
    content = rights.to_bytes(8, "little") + descriptor.to_bytes(4, "little")
    rule = ctypes.create_string_buffer(content, len(content))
    try:
        kernel.system_call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)
