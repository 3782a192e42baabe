"""Finds out what repository code could do in a sandbox by trying it there, instead of believing what was set up."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.confine import processes
from agent_ci.core import environment
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed, Sandbox, Workspace

OPTIONAL = frozenset({"abstract_unix"})
"""What a tier may fail at and still count: before 6.12, only a network namespace denies it."""

_PROGRAM = Path(__file__).parent / "probe_kit" / "probe.py"
_LOCK = "survivor.lock"
_SECONDS = 30.0
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock")


@dataclass(frozen=True, slots=True)
class Probes:
    """What came of each attempt: "denied", "ALLOWED", or "absent" where there was nothing; took ``seconds``."""

    results: Mapping[str, str]
    seconds: float

    @property
    def allowed(self) -> tuple[str, ...]:
        """The attempts that succeeded."""
        return tuple(name for name, result in self.results.items() if result == "ALLOWED")

    @property
    def passed(self) -> bool:
        """Whether nothing succeeded that a tier has to deny."""
        return OPTIONAL.issuperset(self.allowed)


def python_of(tier: str) -> str:
    """An interpreter that is there in the sandbox *tier*: ours, which all of them show, or the image's own."""
    return "python3" if tier == "container" else sys.executable


def probe(sandbox: Sandbox, *, python: str = sys.executable) -> Probes:
    """Run the attempts in *sandbox*, by its *python*. Raises SandboxUnavailableError where they cannot be run there."""
    started = time.monotonic()
    with _bait() as bait, sandbox.open(_Kit()) as workspace:
        lock = workspace.outbox / _LOCK
        lock.touch()
        lock.chmod(0o666)
        told = {**bait.told, "lock": str(lock)}
        lines = "".join(f"{name}={value}\n" for name, value in told.items())
        (workspace.root / "bait").write_text(lines, encoding="utf-8")
        results = _results(_run(workspace, sandbox, python))
        results |= {"survivors": "ALLOWED" if _is_held(lock) else "denied"}
        results |= dict.fromkeys(bait.taken(), "ALLOWED")
        results |= {name: "absent" for name in bait.absent if results[name] == "denied"}
    return Probes(results, time.monotonic() - started)


def _run(workspace: Workspace, sandbox: Sandbox, python: str) -> Completed:
    command = Command((python, "-I", "-S", "-B", _PROGRAM.name), timeout=_SECONDS)
    try:
        done = workspace.run(command)
    except InfrastructureError as error:
        raise SandboxUnavailableError(f"the sandbox {sandbox.isolation.tier} cannot start Python: {error}") from error
    if "\ndone=" not in done.output:
        raise SandboxUnavailableError(f"the sandbox {sandbox.isolation.tier} could not be probed: {done.explanation}")
    return done


def _results(done: Completed) -> dict[str, str]:
    lines = (line.partition("=") for line in done.output.splitlines())
    return {name: result for name, _, result in lines if result in ("denied", "ALLOWED")}


def _is_held(lock: Path) -> bool:
    """Whether a process that outlived its run still holds *lock*."""
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@dataclass(frozen=True)
class _Kit:
    """The tree that the probe runs in: its own source."""

    id: str = "0" * 40

    def paths(self) -> tuple[str, ...]:
        return (_PROGRAM.name,)

    def read(self, path: str) -> bytes:
        return (_PROGRAM.parent / path).read_bytes()

    def export(self, into: Path) -> None:
        shutil.copy(_PROGRAM, into)


@dataclass(frozen=True)
class _Bait:
    """What must not be reached: ``told`` is how to try, ``absent`` names what this machine does not have."""

    told: Mapping[str, str]
    absent: tuple[str, ...]
    listener: socket.socket
    receiver: socket.socket

    def taken(self) -> Iterator[str]:
        """The attempts that arrived here, whatever the code inside saw of it."""
        with contextlib.suppress(BlockingIOError):
            self.listener.accept()[0].close()
            yield "net_tcp"
        with contextlib.suppress(BlockingIOError):
            self.receiver.recv(64)
            yield "net_udp"


@contextlib.contextmanager
def _bait() -> Iterator[_Bait]:
    """Set everything out, and take it away again."""
    nonce = secrets.token_hex(16)
    with _open_folder(nonce) as folder, _sockets(nonce) as (listener, receiver):
        sockets = [name for name in _SOCKETS if Path(name).is_socket()]
        entries = _secret_entries()
        told = {
            "nonce": nonce,
            "folder": str(folder),
            "home": os.path.expanduser("~"),  # noqa: PTH111 - Path.home() fails for a user without a name
            "tcp": str(listener.getsockname()[1]),
            "udp": str(receiver.getsockname()[1]),
            "sockets": " ".join(sockets),
            "pid": str(os.getpid()),
            "start": processes.start_of(os.getpid()),
            "secrets": " ".join(entries),
            "environments": " ".join(_environments()),
        }
        absent = (*(() if sockets else ("docker_sock",)), *(() if entries else ("env_secret",)))
        yield _Bait(told, absent, listener, receiver)


@contextlib.contextmanager
def _open_folder(nonce: str) -> Iterator[Path]:
    """A folder that every user may write, with a file that every user may read: only a sandbox protects them."""
    with tempfile.TemporaryDirectory(prefix="agent-ci-bait-") as name:
        folder = Path(name)
        (folder / "secret").write_text(nonce, encoding="ascii")
        (folder / "secret").chmod(0o644)
        folder.chmod(0o777)
        yield folder


@contextlib.contextmanager
def _sockets(nonce: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A TCP listener and a UDP receiver on loopback, and a listener on an abstract name."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        receiver = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        receiver.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0agent-ci-{nonce}")
        abstract.listen()
        listener.setblocking(False)  # noqa: FBT003 - positional only
        receiver.setblocking(False)  # noqa: FBT003
        yield listener, receiver


def _secret_entries() -> list[str]:
    """The digests of the entries of our environment that are secrets; the values stay here."""
    entries = processes.environment_of(os.getpid()).decode("utf-8", "surrogateescape").split("\0")
    found = environment.secrets(dict(entry.split("=", 1) for entry in entries if "=" in entry))
    return [_digest(f"{name}={value}".encode("utf-8", "surrogateescape")) for name, value in found.items()]


def _environments() -> list[str]:
    """The digests of the environments of the processes that a secret is most likely to be found in."""
    contents = (processes.environment_of(pid) for pid in (os.getpid(), os.getppid(), 1))
    return [_digest(content) for content in contents if content]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
