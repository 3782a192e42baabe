"""Runs a piece of work in a forked child that can be killed, and reads what it said line by line."""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import select
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Work = Callable[[Callable[[Message], None]], None]

_MEMORY = 4 << 30  # bytes of address space that a candidate may take beyond what the warm process has
_FILE = 64 << 20  # bytes: a candidate that floods a file is stopped by an OSError
_MOST = 64 << 20  # bytes read from one child
_CHUNK = 1 << 16
_END = b'{"end": true}\n'


@dataclass
class Heard:
    """What a child said before it ended, or before its time was up."""

    messages: list[Message] = field(default_factory=list)
    ended: bool = False


def run(work: Work, *, seconds: float, cpu_seconds: float = 0.0, pieces: int = 1) -> Heard:
    """Fork, do *work* in the child with a function that sends a message, and kill what is left of it.

    The child gets *seconds* of wall clock and, unless that is 0, *cpu_seconds* of processor time: on a busy
    machine an endless loop is told from a slow run by the second alone. Where the work has several *pieces*, each
    message ends one of them, and the next one gets both limits anew.
    """
    _address_space()
    reader, writer = os.pipe()
    child = _fork()
    if child == 0:
        os.close(reader)
        _be_child(work, writer, seconds=seconds, cpu_seconds=cpu_seconds, pieces=pieces)
    os.close(writer)
    try:
        return _listen(reader, seconds=seconds, pieces=pieces)
    finally:
        os.close(reader)
        _end(child)


def _fork() -> int:
    """Fork without the warning (an error in some suites) that user code has started threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def _be_child(work: Work, writer: int, *, seconds: float, cpu_seconds: float, pieces: int) -> None:
    """Everything that happens in the child; never returns."""

    def send(message: Message) -> None:
        _write(writer, json.dumps(message).encode() + b"\n")
        if pieces > 1:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)

    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _silence()
        _limit(seconds * pieces)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        work(send)
        _write(writer, _END)
    finally:
        os._exit(0)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _silence() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _limit(seconds: float) -> None:
    cpu = math.ceil(seconds) + 1
    for kind, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_AS, _address_space() + _MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))


@lru_cache(maxsize=1)  # read once, before the first fork
def _address_space() -> int:
    """Bytes of address space in use; where that cannot be read, as much as makes the limit meaningless."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[0]
        return int(pages) * resource.getpagesize()
    except OSError:
        return 1 << 46


def _listen(reader: int, *, seconds: float, pieces: int) -> Heard:
    """Read until the child is done, is silent for *seconds*, or has had these for each of its *pieces*."""
    heard, data, total = Heard(), bytearray(), 0
    deadline = time.monotonic() + seconds * pieces
    piece = time.monotonic() + seconds
    while (left := min(deadline, piece) - time.monotonic()) > 0 and total < _MOST and not heard.ended:
        if not select.select([reader], [], [], left)[0]:
            break
        chunk = os.read(reader, _CHUNK)
        if not chunk:
            break
        total += len(chunk)
        data += chunk
        *lines, data = data.split(b"\n")
        for line in lines:
            _take(heard, bytes(line))
        if lines and pieces > 1:
            piece = time.monotonic() + seconds
    return heard


def _take(heard: Heard, line: bytes) -> None:
    if line + b"\n" == _END:
        heard.ended = True
        return
    with contextlib.suppress(ValueError):
        message = json.loads(line)
        if isinstance(message, dict):
            heard.messages.append(message)


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
