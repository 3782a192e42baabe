"""The only module that starts processes, and the one that sees to it that none of them survives."""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from agent_ci.errors import InfrastructureError
from agent_ci.ports import Completed

_HEAD_BYTES = 1_000_000
_TAIL_BYTES = 64_000
_CHUNK = 65_536
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_SWEEP_ROUNDS = 200
_TOOL_SECONDS = 300


class ToolError(InfrastructureError):
    """One of our own tools (git, mostly) failed; the message holds the command and what it said."""


@dataclass(slots=True)
class _CappedOutput:
    """Keeps the head and the tail of a stream, so that a gigabyte of output costs a megabyte."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def add(self, data: bytes) -> None:
        room = _HEAD_BYTES - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room > 0 else data
        surplus = len(self.tail) - _TAIL_BYTES
        if surplus > 0:
            self.dropped += surplus
            del self.tail[:surplus]

    def text(self) -> str:
        middle = b"\n[... %d bytes of output left out ...]\n" % self.dropped if self.dropped else b""
        return bytes(self.head + middle + self.tail).decode("utf-8", "replace")


def run(argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout: float) -> Completed:
    """Run a repository's own code with exactly *environment*; afterwards nothing it started is alive.

    *timeout* is in seconds of wall clock. Standard input is empty; both outputs are read as one and capped.
    Raises InfrastructureError where the program cannot be started.
    """
    _become_subreaper()
    started = time.monotonic()
    not_ours = frozenset(_children())
    process = _start(argv, cwd=cwd, environment=environment)
    output = _CappedOutput()
    try:
        timed_out = not _read_until_exit(process, output, deadline=started + timeout)
    finally:
        _end(process, spare=not_ours)
    _drain(process, output)
    return Completed(
        argv=tuple(argv),
        exit_code=process.returncode,
        output=output.text(),
        seconds=time.monotonic() - started,
        timed_out=timed_out,
    )


def call(
    argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], stdin: bytes = b"", shown: str = ""
) -> bytes:
    """Run one of our own tools and return its standard output.

    Raises ToolError where it fails, with *shown* for the command where its full text would say too much.
    """
    shown = shown or " ".join(argv)
    with tempfile.TemporaryFile() as feed:
        feed.write(stdin)
        feed.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - a list, never a shell; the callers pass our own tools
                argv,
                cwd=cwd,
                env=dict(environment),
                stdin=feed,
                capture_output=True,
                timeout=_TOOL_SECONDS,
                check=False,
            )
        except (OSError, ValueError) as error:
            raise ToolError(f"`{shown}` cannot be started: {_reason(error)}; install {argv[0]} or mend PATH") from error
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"`{shown}` did not finish within {_TOOL_SECONDS} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise ToolError(f"`{shown}` ended with exit code {done.returncode}: {said}")
    return done.stdout


def _start(argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - a list, never a shell
            argv,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise InfrastructureError(
            f"`{' '.join(argv)}` cannot be started: {_reason(error)}; install it or name another command"
        ) from error


def _reason(error: OSError | ValueError) -> str:
    """Why nothing was started: the system's words and what they are about, or Python's (a NUL in an argument)."""
    if not isinstance(error, OSError):
        return str(error)
    return f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)


def _read_until_exit(process: subprocess.Popen[bytes], output: _CappedOutput, *, deadline: float) -> bool:
    """Read until the process itself has ended; a grandchild that holds the pipe open does not delay us."""
    pipe = _pipe_of(process)
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector, _exit_watch(process, selector) as longest_wait:
        selector.register(pipe, selectors.EVENT_READ)
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            ready = [key.fileobj for key, _ in selector.select(min(left, longest_wait))]
            if pipe in ready and not _read_some(pipe, output):
                selector.unregister(pipe)
    return True


@contextlib.contextmanager
def _exit_watch(process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> Iterator[float]:
    """Wake *selector* when the process ends; give the longest time, in seconds, to wait between looks."""
    if sys.platform != "linux":
        yield 0.02
        return
    descriptor = os.pidfd_open(process.pid)
    selector.register(descriptor, selectors.EVENT_READ)
    try:
        yield 60.0
    finally:
        os.close(descriptor)


def _read_some(pipe: IO[bytes], output: _CappedOutput) -> bool:
    """Read one chunk; False once every writer has closed the pipe."""
    try:
        data = os.read(pipe.fileno(), _CHUNK)
    except BlockingIOError:
        return True
    output.add(data)
    return bool(data)


def _drain(process: subprocess.Popen[bytes], output: _CappedOutput) -> None:
    """Read what the pipe still holds; every writer is gone by now."""
    with _pipe_of(process) as pipe, contextlib.suppress(BlockingIOError):
        while data := os.read(pipe.fileno(), _CHUNK):
            output.add(data)


def _pipe_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101 - Popen was given a pipe; this tells the type checker
    return process.stdout


def _end(process: subprocess.Popen[bytes], *, spare: frozenset[int]) -> None:
    """Kill the process group, then every orphan that was handed to us, until none is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for _ in range(_SWEEP_ROUNDS):
        orphans = [pid for pid in _children() if pid not in spare]
        if not orphans:
            return
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _become_subreaper() -> None:
    """Have the kernel hand daemonised grandchildren to us rather than to init (Linux 3.4 and later)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> list[int]:
    """Our direct children: those we started, and the orphans that the kernel handed to us."""
    found: list[int] = []
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(pid) for pid in children.read_text().split()]
    return found
