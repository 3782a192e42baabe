"""Two processes in the sandbox: a cold one that collects afresh, and a warm one forked from it that has collected."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from ....sandbox_kit import children
from ....sandbox_kit.children import Heard, Message
from . import suite
from .localise import Files
from .spec import files_of

_GRACE = 5.0  # seconds that the warm process gets to write its last lines


class Cold:
    """A process that has imported pytest and nothing of the user's: each run in a fork of it starts afresh."""

    def __init__(self, root: str, suspects: tuple[str, ...]) -> None:
        self.root = root
        self.suspects = suspects
        self.arguments: list[str] = []

    def run(self, request: Message) -> Heard:
        """Collect the files of ``ids`` and run these, in a child."""
        seconds, cpu_seconds = float(request["seconds"]), float(request["cpu_seconds"])
        return children.run(lambda send: self._work(request, send), seconds=seconds, cpu_seconds=cpu_seconds)

    def _work(self, request: Message, send: suite.Send) -> None:
        files = Files(self.root, self.suspects)
        ids = tuple(request["ids"])

        def then(session: pytest.Session) -> None:
            if not request["trace"]:
                suite.be_quick(session.config)
            watched = files if request["trace"] else None
            self._run_collected(session, recorder, ids, watched, send, stop=bool(request["stop"]))

        recorder = suite.Recorder(then)
        suite.start(self.arguments, files_of(ids), recorder)

    def _run_collected(  # noqa: PLR0913 - what was asked, and where it goes
        self,
        session: pytest.Session,
        recorder: suite.Recorder,
        ids: tuple[str, ...],
        files: Files | None,
        send: suite.Send,
        *,
        stop: bool,
    ) -> None:
        broken = {path: error for path, error in recorder.uncollected.items() if path in files_of(ids)}
        for path, error in broken.items():
            send(suite.about_collection(path, error, files or Files(self.root, ())))
        named = [(suite.id_of(item, self.root), item) for item in session.items]
        chosen = [(id_, item) for id_, item in named if id_ in ids or id_.partition("::")[0] in ids]
        if broken and files is None:
            return
        suite.run_items(chosen, recorder, send, watch=suite.Watch(files) if files else None, stop=stop)


class ColdLine:
    """The warm process's line to the cold one."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.cpu_seconds = 0.0

    def begun(self) -> None:
        """Say that pytest started and collected in this way."""
        self._stream.write('{"begun": true}\n')
        self._stream.flush()

    def run(
        self, ids: Sequence[str], *, seconds: float, cpu_seconds: float = 0.0, trace: bool = False, stop: bool = True
    ) -> Heard:
        """Have *ids* run by a process that imports everything anew."""
        limits = {"seconds": seconds, "cpu_seconds": cpu_seconds}
        request = {"ids": list(ids), **limits, "trace": trace, "stop": stop and not trace}
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        answer: dict[str, Any] = json.loads(self._stream.readline())
        self.cpu_seconds = float(answer["cpu_seconds"])
        return Heard(answer["messages"], answer["ended"])


Work = Callable[[pytest.Session, suite.Recorder, ColdLine], None]


def at_root() -> str:
    """The current folder, which imports are looked for in as ``python -m pytest`` has it."""
    root = str(Path.cwd().resolve())
    sys.path[:] = [place or root for place in sys.path]
    return root


def with_collected(cold: Cold, arguments: Sequence[str], files: Sequence[str], work: Work, *, deadline: float) -> bool:
    """Do *work* in a warm process that has collected *files*, until a monotonic *deadline*; False if none starts.

    pytest is started with the user's *arguments*, as gently as they allow.
    """
    for way in suite.ladder(arguments, cold.root):
        cold.arguments = way
        if _with_warm(cold, files, work, deadline=deadline):
            return True
        if time.monotonic() > deadline:
            break
    return False


def _with_warm(cold: Cold, files: Sequence[str], work: Work, *, deadline: float) -> bool:
    """Fork the warm process and serve it until it ends; False where pytest would not start this way."""
    ours, theirs = socket.socketpair()
    warm = os.fork()
    if warm == 0:
        ours.close()
        _be_warm(cold, files, work, theirs)
    theirs.close()
    try:
        return _serve(cold, ours, deadline=deadline + _GRACE)
    finally:
        _kill(warm)
        os.waitpid(warm, 0)
        ours.close()


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _serve(cold: Cold, line: socket.socket, *, deadline: float) -> bool:
    """Answer the warm process's requests until it ends or time is up; whether it ever began."""
    has_begun = False
    with line.makefile("rw", encoding="utf-8") as stream:
        while (left := deadline - time.monotonic()) > 0 and select.select([line], [], [], left)[0]:
            text = stream.readline()
            if not text:
                break
            request = json.loads(text)
            if "begun" in request:
                has_begun = True
                continue
            heard = cold.run(request)
            answer = {"messages": heard.messages, "ended": heard.ended, "cpu_seconds": sum(os.times()[:4])}
            stream.write(json.dumps(answer) + "\n")
            stream.flush()
    return has_begun


def _be_warm(cold: Cold, files: Sequence[str], work: Work, line: socket.socket) -> None:
    """Everything that happens in the warm process; never returns."""
    try:
        with line.makefile("rw", encoding="utf-8") as stream:

            def then(session: pytest.Session) -> None:
                told = ColdLine(stream)
                told.begun()
                work(session, recorder, told)
                os._exit(0)

            recorder = suite.Recorder(then)
            suite.start(cold.arguments, [path for path in files if Path(path).exists()], recorder)
    finally:
        os._exit(1)
