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
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_BETWEEN_LOOKS = 0.25  # seconds
_TIME_IS_UP = "it did not finish in time"
_ASKING_TO_END = (signal.SIGINT, signal.SIGTERM)

Watch = Callable[[int], str]
"""Told the id of a running process, says in a sentence why it must end, or nothing."""


class ToolError(InfrastructureError):
    """One of our own tools (git, mostly) failed; the message holds the command and what it *said*."""

    def __init__(self, message: str, said: str = "") -> None:
        """Keep what the tool itself said apart, for those who read it."""
        super().__init__(message)
        self.said = said


class ToolMissingError(ToolError):
    """One of our own tools cannot even be started."""


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


def run(  # noqa: PLR0913 - what one run is made of, each by name
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    timeout: float,
    descriptors: Sequence[int] = (),
    watch: Watch = lambda _: "",
    grace: float = 0.0,
) -> Completed:
    """Run a repository's own code with exactly *environment*; afterwards nothing it started is alive.

    *timeout* is in seconds of wall clock. Standard input is empty; both outputs are read as one and capped.
    Of our open files, the program inherits *descriptors* and no other. *watch* is asked several times a second.
    A program that sees to its children's end itself gets *grace* seconds to do so when it has to end early.
    Raises InfrastructureError where the program cannot be started.
    """
    _become_subreaper()
    started = time.monotonic()
    not_ours = frozenset(_children())
    process = _start(argv, cwd=cwd, environment=environment, descriptors=descriptors)
    output = _CappedOutput()
    ended_by = _TIME_IS_UP
    try:
        ended_by = _read_until_exit(process, output, deadline=started + timeout, watch=watch)
    finally:
        if process.poll() is None and grace:
            _ask_to_end(process, seconds=grace)
        _end(process, spare=not_ours)
    _drain(process, output)
    return Completed(
        argv=tuple(argv),
        exit_code=process.returncode,
        output=output.text(),
        seconds=time.monotonic() - started,
        timed_out=ended_by is _TIME_IS_UP,
        ended_by="" if ended_by is _TIME_IS_UP else ended_by,
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
            raise ToolMissingError(
                f"`{shown}` cannot be started: {_reason(error)}; install {argv[0]} or mend PATH"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"`{shown}` did not finish within {_TOOL_SECONDS} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise ToolError(f"`{shown}` ended with exit code {done.returncode}: {said}", said)
    return done.stdout


@contextlib.contextmanager
def beside(
    argv: Sequence[str], *, environment: Mapping[str, str], descriptors: Sequence[int]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program of ours that shares our terminal and inherits *descriptors*; it is waited for at the end."""
    with subprocess.Popen(argv, env=dict(environment), pass_fds=tuple(descriptors)) as process:  # noqa: S603 - a list
        yield process


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Have signals that ask for the end come to nothing, for us and what we start, while something short is finished.

    Those that came meanwhile are dropped: what they were to stop is done. Only the main thread is asked to end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {name: signal.signal(name, _pass_over) for name in _ASKING_TO_END}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKING_TO_END)  # inherited by git, which would leave locks behind
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, handler in handlers.items():
            signal.signal(name, handler)


def _pass_over(_number: int, _frame: object) -> None:
    """What a signal does while it must do nothing."""


def _start(
    argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], descriptors: Sequence[int]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - a list, never a shell
            argv,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=descriptors,
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


def _read_until_exit(process: subprocess.Popen[bytes], output: _CappedOutput, *, deadline: float, watch: Watch) -> str:
    """Read until the process itself has ended; a grandchild that holds the pipe open does not delay us.

    Returns why it has to end, where it did not.
    """
    pipe = _pipe_of(process)
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector, _exit_watch(process, selector) as longest_wait:
        selector.register(pipe, selectors.EVENT_READ)
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return _TIME_IS_UP
            if reason := watch(process.pid):
                return reason
            ready = [key.fileobj for key, _ in selector.select(min(left, longest_wait))]
            if pipe in ready and not _read_some(pipe, output):
                selector.unregister(pipe)
    return ""


@contextlib.contextmanager
def _exit_watch(process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> Iterator[float]:
    """Wake *selector* when the process ends; give the longest time, in seconds, to wait between looks."""
    if sys.platform != "linux":
        yield 0.02
        return
    descriptor = os.pidfd_open(process.pid)
    selector.register(descriptor, selectors.EVENT_READ)
    try:
        yield _BETWEEN_LOOKS
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


def _ask_to_end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


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
