"""Runs repository code under Landlock, a filter of system calls and, where the machine allows it, another user."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci.confine import cgroups, folders, landlock, rlimits, users
from agent_ci.confine.cgroups import Groups
from agent_ci.confine.folders import Place
from agent_ci.confine.launcher.kernel import CAP_DAC_READ_SEARCH
from agent_ci.confine.launching import Confinement, Reach, launch
from agent_ci.confine.watchdog import Watchdog
from agent_ci.core.limits import Limits
from agent_ci.ports import Command, Completed, Isolation, Tree

# What is not readable is still there, and git ends where it cannot read the machine's settings, which may hold tokens.
_FOR_GIT = {"GIT_CONFIG_NOSYSTEM": "1"}
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the place has this name everywhere
_OTHERS_READ, _OTHERS_ENTER = 0o4, 0o1


@dataclass(frozen=True)
class Landlock:
    """*environment* is all that the code gets to see, *readable* the places of this machine beside its copy.

    *observe* is told of every process that ended. With *has_git*, the copy is a repository with one commit.
    """

    environment: Mapping[str, str]
    readable: tuple[Path, ...]
    limits: Limits = field(default_factory=Limits)
    observe: Callable[[Completed], None] = lambda _: None
    has_git: bool = False
    reach: Reach = field(default_factory=Reach.here)

    @property
    def isolation(self) -> Isolation:
        """What the kernel was asked for here, and what it could not be asked for."""
        with cgroups.opened(self.limits) as groups:
            limited = groups.limited
        mechanisms = {
            "landlock_abi": self.reach.abi,
            "seccomp": "filter",
            "user": "one of its own" if self.reach.user else "the same",
            "namespaces": ("mount", "pid", "net", "ipc", "uts") if self.reach.namespaces else (),
            "capabilities": ("dac_read_search",) if self._capabilities else (),
        }
        return Isolation(
            "landlock",
            lacks=tuple(self._lacks(limited)),
            mechanisms=mechanisms,
            limits=self.limits.described(limited),
        )

    @contextlib.contextmanager
    def open(self, tree: Tree) -> Iterator[_Workspace]:
        """A fresh copy of *tree* that only this run can write."""
        user = users.unused() if self.reach.user else None
        with cgroups.opened(self.limits) as groups, folders.opened(tree, has_git=self.has_git, user=user) as own:
            try:
                yield _Workspace(own, self, groups)
            finally:
                if user is not None and not self.reach.namespaces:
                    folders.remove_files_of(user, _SHARED_MEMORY)

    @property
    def _capabilities(self) -> int:
        """The right to read what only we can, where a toolchain lies in a folder that is closed to others."""
        return 1 << CAP_DAC_READ_SEARCH if self.reach.user and users.may(CAP_DAC_READ_SEARCH) and self._closed else 0

    @property
    def _closed(self) -> tuple[Path, ...]:
        return tuple(place for place in self.readable if not _is_open(place))

    def _lacks(self, limited: frozenset[str]) -> Iterator[str]:
        has_namespaces = bool(self.reach.namespaces)
        if not has_namespaces:
            yield "tests that need a network, even that of their own machine, fail"
            yield "the command lines of other processes can be read"
            yield "sockets of other processes that any user may connect to can be reached"
            yield "shared memory of other processes in /dev/shm can be found"
        else:
            yield "sockets of other processes outside of /run and /tmp that any user may connect to can be reached"
        if self.reach.user:
            yield "times and attributes of files that any user may write can be changed"
        else:
            yield "times, attributes and modes of files that this user owns can be changed"
        if not has_namespaces and self.reach.abi < landlock.SCOPES_ABI:
            yield "abstract sockets of other processes can be reached"
            if not self.reach.user:
                yield "other processes of this user can be sent signals"
        if not self.reach.user and not os.geteuid():
            yield "the code runs as root, whose number of processes is not limited, and which owns what it cannot write"
        if self.reach.user and not self._capabilities:
            yield from (f"{place} is closed to other users, and so to the code" for place in self._closed)
        if "memory" not in limited:
            yield "memory of all processes together is watched, not limited"
        yield "disk use is watched, not limited"


@dataclass(frozen=True)
class _Workspace(Place):
    sandbox: Landlock
    groups: Groups

    def run(self, command: Command) -> Completed:
        self.own.hand_over()
        box = self.sandbox
        variables = {**box.environment, **self.own.environment, **_FOR_GIT, **command.environment}
        watch = Watchdog(self.groups.left_to_watch(box.limits), self.own, lambda: self.groups.why_ended)
        done = launch(replace(command, environment=variables), self._confinement(), folder=self.own.root, watch=watch)
        done = replace(done, ended_by=done.ended_by or self.groups.why_ended)
        box.observe(done)
        return done

    def _confinement(self) -> Confinement:
        box = self.sandbox
        return Confinement(
            box.reach,
            self.own.scratch,
            readable=box.readable,
            writable=self.own.writable,
            tmp=self.own.tmp,
            user=self.own.user,
            capabilities=box._capabilities,  # noqa: SLF001 - the workspace is the sandbox's own
            limits=tuple(rlimits.through_setrlimit(box.limits)),
            groups=self.groups.doors,
        )


def _is_open(place: Path) -> bool:
    """Whether any user may enter the folders above *place* and read it."""
    above = all(folder.stat().st_mode & _OTHERS_ENTER for folder in place.parents)
    return above and bool(place.stat().st_mode & _OTHERS_READ)
