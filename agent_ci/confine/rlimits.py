"""Knows the kernel's limits for one process, as prlimit(1) or setrlimit(2) set them before a program starts."""

from __future__ import annotations

import resource
import shutil

from agent_ci.core.limits import Limits

# the option of prlimit(1), the constant of getrlimit(2), the field of Limits
_TABLE = (
    ("--cpu", resource.RLIMIT_CPU, "cpu_seconds"),
    ("--as", resource.RLIMIT_AS, "memory_bytes"),
    ("--fsize", resource.RLIMIT_FSIZE, "file_bytes"),
    ("--nofile", resource.RLIMIT_NOFILE, "open_files"),
    ("--nproc", resource.RLIMIT_NPROC, "processes"),
)
_MOST_PROCESSES_OF_PODMAN = 32_768  # containers.conf(5)


def through_prlimit(limits: Limits) -> tuple[str, ...]:
    """The words in front of a command that give it *limits*; a limit that is lower already stays."""
    program = shutil.which("prlimit")
    if not program:
        return ()
    options = (
        f"{option}={_lower(constant, wanted)}"
        for option, constant, field in _TABLE
        if (wanted := getattr(limits, field)) is not None
    )
    return (program, "--core=0", *options, "--")


def through_setrlimit(limits: Limits) -> list[tuple[int, int, int]]:
    """Resources with the soft and hard values that give a process *limits*, for setrlimit(2).

    The kernel tells a process that its processor time is up one second before it ends it.
    """
    found = [(resource.RLIMIT_CORE, 0, 0)]
    for _, constant, field in _TABLE:
        if (wanted := getattr(limits, field)) is not None:
            soft = _lower(constant, wanted)
            found.append((constant, soft, _lower(constant, wanted + (constant == resource.RLIMIT_CPU))))
    return found


def by_name(limits: Limits) -> list[tuple[str, int]]:
    """The names that container engines have for the limits, with their values.

    The number of processes is limited by the engine, for the container; here it is only kept below the most that
    podman leaves itself the right to set, where it would otherwise try to raise it and fail.
    """
    found = [("core", 0), ("nproc", _lower(resource.RLIMIT_NPROC, _MOST_PROCESSES_OF_PODMAN))]
    for option, constant, field in _TABLE:
        if constant != resource.RLIMIT_NPROC and (wanted := getattr(limits, field)) is not None:
            found.append((option.removeprefix("--"), _lower(constant, wanted)))
    return found


def _lower(constant: int, wanted: int) -> int:
    hard = resource.getrlimit(constant)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
