"""What must not happen, and how it is seen: canaries, listeners, and digests of what lies outside of a sandbox."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.checkouts import Checkout, digest

READ = "a secret was read"
CHANGED = "something outside was changed"
REACHED = "a listener was reached"
TOUCHED = "another process was ended"
SURVIVED = "a process survived"
RAN = "a program of the checkout ran"
HUNG = "it did not end in time"
GREW = "it took too much memory"

IN_HOME = (
    ".netrc", ".git-credentials", ".aws/credentials", ".ssh/id_ed25519", ".docker/config.json", ".config/gh/hosts.yml",
    ".npmrc", ".pypirc",
)  # fmt: skip
FILE_COMMANDS = ("set_env", "add_path", "set_output", "step_summary")
PLANTED = "agent-ci-was-here"
_LEAST_PIECE = 12
_ABOVE = "/var/tmp"  # noqa: S108 - not /tmp, which is another one in most sandboxes
_LONGEST = 14_400  # seconds that a bench may take; a process that ended by itself would look like one that was ended
_SITE = sysconfig.get_paths()["purelib"]


@dataclass(frozen=True)
class Outside:
    """The machine around a sandbox: ``folder`` holds what must not be read or changed, ``told`` is where it is."""

    folder: Path
    canary: str
    told: Mapping[str, str]
    sockets: tuple[socket.socket, ...]
    victim: subprocess.Popen[bytes]
    before: str

    @property
    def bait(self) -> str:
        """``told`` as a file that hostile code reads."""
        return "".join(f"{name}={value}\n" for name, value in self.told.items())

    def effects(self, said: str) -> tuple[str, ...]:
        """What happened that must not, seen from here and in what the code *said*."""
        return tuple(self._seen(said))

    def _seen(self, said: str) -> Iterator[str]:
        if holds(said, self.canary):
            yield READ
        if digest(self.folder) != self.before or any(_planted()):
            yield CHANGED
        if any(map(_has_visitor, self.sockets)):
            yield REACHED
        if self.victim.poll() is not None:
            yield TOUCHED


def holds(said: str, canary: str) -> bool:
    """Whether *said* gives *canary* away: as it is, reversed, in base64 or in hex, or a long piece of it."""
    forms = (canary, canary[::-1], canary.encode().hex(), base64.b64encode(canary.encode()).decode())
    pieces = (form[at : at + _LEAST_PIECE] for form in forms for at in range(len(form) - _LEAST_PIECE + 1))
    return any(piece in said for piece in pieces)


@contextlib.contextmanager
def outside(*, has_checkout: bool = False) -> Iterator[Outside]:
    """Set out what any user may read, write, connect to or signal: nothing protects it but a sandbox.

    With *has_checkout*, its checkout is one that git can read.
    """
    canary = f"canary{secrets.token_hex(12)}"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outside-", dir=_ABOVE)))
        _furnish(folder, canary, has_checkout=has_checkout)
        sockets, where = _sockets(stack, folder)
        victim = stack.enter_context(_victim(canary))
        stack.enter_context(_variable("JOB_SECRET_TOKEN", canary))
        stack.callback(_clear_planted)
        told = {
            "pid": str(victim.pid),
            "home": str(folder / "home"),
            "open": str(folder / "open"),
            "commands": str(folder / "commands"),
            "checkout": str(folder / "checkout"),
            "site": _SITE,
            "disk": next((str(path) for path in Path("/dev").glob("[vs]da")), "/dev/kmsg"),
            **where,
        }
        yield Outside(folder, canary, told, sockets, victim, digest(folder))


def _furnish(folder: Path, canary: str, *, has_checkout: bool) -> None:
    if has_checkout:
        Checkout.at(folder / "checkout").commit({"README.md": "# Shop\n"})
    files = [*(Path("home", name) for name in IN_HOME), Path("open/file")]
    for name in (*files, *(Path("commands", name) for name in FILE_COMMANDS)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(canary, encoding="ascii")
    settings = folder / "checkout/.git/config"
    settings.parent.mkdir(parents=True, exist_ok=True)
    with settings.open("a", encoding="ascii") as file:
        file.write(f'[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic {canary}\n')
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)


def _sockets(stack: contextlib.ExitStack, folder: Path) -> tuple[tuple[socket.socket, ...], dict[str, str]]:
    """A listener of each kind that repository code could find, and where each one is."""
    tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    udp.bind(("127.0.0.1", 0))
    abstract, service = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
    name = f"agent-ci-attacks-{secrets.token_hex(8)}"
    abstract.bind(f"\0{name}")
    service.bind(str(folder / "service.sock"))
    (folder / "service.sock").chmod(0o777)
    for listener in (abstract, service):
        listener.listen()
    found = (tcp, udp, abstract, service)
    for each in found:
        each.setblocking(False)  # noqa: FBT003 - positional only
    ports = {"tcp": str(tcp.getsockname()[1]), "udp": str(udp.getsockname()[1])}
    return found, {**ports, "abstract": name, "service": str(folder / "service.sock")}


def _has_visitor(listener: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        if listener.type == socket.SOCK_DGRAM:
            return bool(listener.recv(64))
        listener.accept()[0].close()
        return True
    return False


@contextlib.contextmanager
def _victim(canary: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours with a secret in its environment."""
    with subprocess.Popen(("sleep", str(_LONGEST)), env={"JOB_SECRET_TOKEN": canary}) as victim:
        try:
            yield victim
        finally:
            victim.kill()


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """A variable of our own environment, which nothing that we start may inherit."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def _planted() -> Iterator[Path]:
    yield from (path for path in (Path("/etc", PLANTED), Path(_SITE, PLANTED)) if path.exists())


def _clear_planted() -> None:
    for path in _planted():
        path.unlink()
