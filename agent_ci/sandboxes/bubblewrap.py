"""Runs repository code in namespaces that bubblewrap makes: few places to read, no network, no other process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import process
from agent_ci.confine import cgroups, folders, rlimits, seccomp, users
from agent_ci.confine.cgroups import Groups
from agent_ci.confine.folders import Place
from agent_ci.confine.watchdog import Watchdog
from agent_ci.core.limits import Limits
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed, Isolation, Tree

_MEMORY_FOLDER_BYTES = 1 << 30
_MEMORY_FOLDERS = ("/dev/shm", "/tmp")  # noqa: S108 - the sandbox's own, not this machine's
_CAP_SYS_ADMIN = 21  # linux/capability.h
_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
# What it takes to enter the copy, which belongs to the other user, and to become that user.
_UNTIL_DROPPED = ("DAC_READ_SEARCH", "SETUID", "SETGID", "SETPCAP")
_READ_AND_ENTER = 0o5
_LOADER = "LD_"  # what the dynamic loader obeys; see ld.so(8)
_ACCOUNTS, _GROUPS = Path("/etc/passwd"), Path("/etc/group")
_COMPLAINTS = ("bwrap: execvp ", "setpriv: failed to execute ", "prlimit: failed to execute ", "env: ")
_NOT_PERMITTED = ("namespace", "uid map", "Operation not permitted", "Permission denied")
_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


@dataclass(frozen=True)
class Host:
    """What this machine offers: bubblewrap's ``program`` and ``options``.

    ``setpriv`` is the program by which root becomes another user inside of it, and empty where we may not.
    """

    program: str
    options: frozenset[str]
    setpriv: str = ""

    @classmethod
    def here(cls) -> Host:
        """Ask. Raises SandboxUnavailableError where bubblewrap is missing or does not run."""
        program = shutil.which("bwrap")
        if not program:
            raise SandboxUnavailableError("bubblewrap is not installed; `apt install bubblewrap` repairs that")
        try:
            said = process.call((program, "--help"), cwd=Path("/"), environment=_of_tools()).decode()
        except process.ToolError as error:
            raise SandboxUnavailableError(f"bubblewrap does not run here: {error}") from error
        options = frozenset(word for word in said.split() if word.startswith("--"))
        return cls(program, options, (shutil.which("setpriv") or "") if _may_administrate() else "")


@dataclass(frozen=True)
class _Files:
    """What bubblewrap inherits open from us. A file is copied rather than bound: a mount costs it a millisecond."""

    stack: ExitStack
    descriptors: list[int] = field(default_factory=list)

    def holding(self, content: bytes) -> str:
        """A descriptor from which *content* can be read."""
        number = self._kept(os.memfd_create("agent-ci"))
        with open(number, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(number, 0, os.SEEK_SET)
        return str(number)

    def of(self, path: Path) -> str:
        """A descriptor from which the file *path* can be read."""
        return str(self._kept(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)))

    def _kept(self, number: int) -> int:
        self.stack.callback(os.close, number)
        self.descriptors.append(number)
        return number


@dataclass(frozen=True)
class Bubblewrap:
    """*environment* is all that the code gets to see, *readable* the places of this machine, and *links* lead to them.

    *observe* is told of every process that ended. With *has_git*, the copy is a repository with one commit.
    """

    environment: Mapping[str, str]
    readable: tuple[Path, ...]
    links: Mapping[Path, str]
    limits: Limits = field(default_factory=Limits)
    observe: Callable[[Completed], None] = lambda _: None
    has_git: bool = False
    host: Host = field(default_factory=Host.here)

    @property
    def drops(self) -> bool:
        """Whether the code runs as another user, who must be let into every toolchain."""
        is_open = (
            place.stat().st_mode & _READ_AND_ENTER == _READ_AND_ENTER for place in self.readable if place.is_dir()
        )
        return bool(self.host.setpriv) and all(is_open)

    @property
    def isolation(self) -> Isolation:
        """What bubblewrap was asked for here, and what it could not be asked for."""
        with cgroups.opened(self.limits) as groups:
            hard = groups.limited
        mechanisms = {
            "namespaces": ("mount", "pid", "net", "ipc", "uts", *(() if self.drops else ("user",))),
            "seccomp": "filter",
            "user": "one of its own" if self.drops else "the same",
        }
        return Isolation(
            "bubblewrap",
            lacks=tuple(self._lacks(hard)),
            mechanisms=mechanisms,
            limits=self.limits.described(hard),
        )

    def _lacks(self, hard: frozenset[str]) -> Iterator[str]:
        if "pids" not in hard and not self.drops and not os.geteuid():
            yield "the number of processes is not limited"
        if "--size" not in self.host.options:
            yield "the temporary folders in memory are not limited in size"
        if "memory" not in hard:
            yield "memory of all processes together is watched, not limited"
        yield "disk use is watched, not limited"

    @contextmanager
    def open(self, tree: Tree) -> Iterator[_Box]:
        """A fresh copy of *tree*, which commands see at the same path as we do."""
        user = users.unused() if self.drops else None
        with cgroups.opened(self.limits) as groups, folders.opened(tree, has_git=self.has_git, user=user) as own:
            yield _Box(own, self, groups)


@dataclass(frozen=True)
class _Box(Place):
    sandbox: Bubblewrap
    groups: Groups

    def run(self, command: Command) -> Completed:
        self.own.hand_over()
        variables = {**self.sandbox.environment, **self.own.environment, **command.environment}
        with ExitStack() as stack:
            files = _Files(stack)
            words = "".join(f"{word}\0" for word in self._arguments(variables, files))
            given = files.holding(words.encode("utf-8", "surrogateescape"))
            argv = (
                *self.groups.joining,
                self.sandbox.host.program,
                "--args",
                given,
                "--",
                *self._inner(variables),
                *command.argv,
            )
            done = process.run(
                argv,
                cwd=self.root,
                environment=_of_tools(),
                timeout=command.timeout,
                descriptors=files.descriptors,
                watch=Watchdog(self.groups.left_to_watch(self.sandbox.limits), self.own, lambda: self.groups.why_ended),
            )
        ended_by = done.ended_by or self.groups.why_ended
        done = replace(done, argv=command.argv, ended_by=ended_by)
        self.sandbox.observe(done)
        return _started(done)

    def _arguments(self, variables: Mapping[str, str], files: _Files) -> Iterator[str]:
        is_other = self.own.user is not None
        yield from (*_NAMESPACES, "--cap-drop", "ALL")
        if is_other:
            yield from (word for name in _UNTIL_DROPPED for word in ("--cap-add", f"CAP_{name}"))
        else:
            yield "--unshare-user"
            yield from (option for option in ("--disable-userns",) if option in self.sandbox.host.options)
        yield from ("--die-with-parent", "--new-session", "--hostname", "sandbox")
        yield from ("--seccomp", files.holding(seccomp.program(os.uname().machine, inet=True)))
        yield from self._mounts(files)
        if self.own.user is not None:
            for file, lines in _accounts(self.own.user, self.own.home).items():
                yield from ("--perms", "0644", "--file", files.holding(lines.encode()), str(file))
        yield from ("--remount-ro", "/", "--chdir", str(self.own.root), "--clearenv")
        for name, value in variables.items():
            if not (is_other and name.startswith(_LOADER)):
                yield from ("--setenv", name, value)

    def _mounts(self, files: _Files) -> Iterator[str]:
        """The file system, in the order in which it is made; where nothing was put, nothing can be written."""
        box = self.sandbox
        # bubblewrap believes /proc/sys to be read-only where its folder is; root could write the files in it.
        yield from ("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev")
        size = ("--size", str(_MEMORY_FOLDER_BYTES)) if "--size" in box.host.options else ()
        for name in _MEMORY_FOLDERS:
            yield from (*size, "--perms", "1777", "--tmpfs", name)
        for folder in _above((*box.readable, *box.links, *self.own.writable)):
            yield from ("--perms", _listing(folder), "--dir", str(folder))
        for link, target in box.links.items():
            yield from ("--symlink", target, str(link))
        for place in box.readable:
            if place.is_dir():
                yield from ("--ro-bind", str(place), str(place))
            elif not (self.own.user is not None and place in (_ACCOUNTS, _GROUPS)):
                yield from ("--perms", "0644", "--file", files.of(place), str(place))
        for place in self.own.writable:
            yield from ("--bind", str(place), str(place))
        yield from ("--remount-ro", "/dev")

    def _inner(self, variables: Mapping[str, str]) -> Iterator[str]:
        """What the command is started through.

        Where it becomes another user, the loader's variables are set after that: a library from the copy would
        otherwise be loaded by a program that is still root.
        """
        yield from rlimits.through_prlimit(self.sandbox.limits)
        user = self.own.user
        if user is not None:
            yield from (self.sandbox.host.setpriv, "--bounding-set", "-all", "--inh-caps", "-all", "--clear-groups")
            yield from ("--reuid", str(user), "--regid", str(user), "--")
            loaded = [f"{name}={value}" for name, value in variables.items() if name.startswith(_LOADER)]
            yield from ("env", *loaded) if loaded else ()


def _started(done: Completed) -> Completed:
    """*done*, unless bubblewrap or the program did not start; their complaint is then all that was said."""
    complaint = done.output.strip()
    if not done.exit_code or "\n" in complaint:
        return done
    if complaint.startswith(_COMPLAINTS):
        raise InfrastructureError(f"`{' '.join(done.argv)}` cannot be started: {complaint}")
    if complaint.startswith("bwrap: "):
        raise SandboxUnavailableError(f"{complaint}{_repair(complaint)}")
    return done


def _repair(complaint: str) -> str:
    """What lets bubblewrap make namespaces here, where that is what it complains about."""
    if not any(sign in complaint for sign in _NOT_PERMITTED):
        return ""
    with suppress(OSError):
        if _APPARMOR.read_text(encoding="ascii").strip() == "1":
            return (
                "; Ubuntu keeps user namespaces for programs with an AppArmor profile: give /usr/bin/bwrap one, or "
                "run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
            )
    return "; in a container, start that with `--privileged`, or with `--security-opt` for its seccomp and AppArmor"


def _accounts(user: int, home: Path) -> Mapping[Path, str]:
    """The user that the code runs as, for programs that ask who they are."""
    return {
        _ACCOUNTS: f"root:x:0:0:root:/:/bin/sh\nsandbox:x:{user}:{user}:sandbox:{home}:/bin/sh\n",
        _GROUPS: f"root:x:0:\nsandbox:x:{user}:\n",
    }


def _of_tools() -> Mapping[str, str]:
    """For bubblewrap itself: its environment stays readable inside, as that of process 1."""
    return {"PATH": os.defpath}


def _may_administrate() -> bool:
    """Whether we are root with the rights of root, not root in a user namespace of somebody else's container."""
    return not os.geteuid() and users.may(_CAP_SYS_ADMIN)


def _listing(folder: Path) -> str:
    """The permissions of a folder that only leads somewhere: outside of the system's own, its names are not told."""
    return "0755" if folder.parts[1] in ("etc", "sys") else "0111"


def _above(places: Iterable[Path]) -> list[Path]:
    """Every folder above one of *places*, outermost first."""
    return sorted({folder for place in places for folder in place.parents} - {Path("/")})
