"""Narrows podman's own filter of system calls, which in contrast to docker's lets containers make namespaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# Where podman has its filter; the first is the administrator's. Source: containers.conf(5), "seccomp_profile"
_PLACES = (Path("/etc/containers/seccomp.json"), Path("/usr/share/containers/seccomp.json"))
_REFUSED = frozenset({
    "clone", "clone3", "setns", "unshare", "mount", "umount", "umount2", "pivot_root", "chroot", "fsopen", "fsmount",
    "move_mount", "open_tree", "mount_setattr", "keyctl", "add_key", "request_key", "ptrace", "process_vm_readv",
    "process_vm_writev", "io_uring_setup", "io_uring_enter", "io_uring_register", "socket", "socketcall",
})  # fmt: skip
_NEW_NAMESPACES = 0x7E020000  # the CLONE_NEW* flags of linux/sched.h
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: others reach the kernel, or the machine around the machine
_NO_SUCH_CALL = 38  # ENOSYS: the C library then falls back to clone, whose flags a filter can read


def narrowed() -> str:
    """The filter as JSON, in the engine's format; empty where podman has none in the usual places."""
    for place in _PLACES:
        if place.exists():
            profile = json.loads(place.read_text(encoding="utf-8"))
            return json.dumps({**profile, "syscalls": [*_kept(profile), *_added()]})
    return ""


def _kept(profile: dict[str, Any]) -> list[dict[str, Any]]:
    rules = [
        {**rule, "names": [name for name in rule["names"] if name not in _REFUSED]} for rule in profile["syscalls"]
    ]
    return [rule for rule in rules if rule["names"]]


def _added() -> list[dict[str, Any]]:
    threads = [{"index": 0, "value": _NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]
    refused = sorted(_REFUSED - {"clone", "clone3", "socket"})
    families = ([{"index": 0, "value": family, "valueTwo": 0, "op": "SCMP_CMP_EQ"}] for family in _FAMILIES)
    return [
        {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": threads},
        *({"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": family} for family in families),
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": _NO_SUCH_CALL, "args": []},
        {"names": refused, "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": []},
    ]
