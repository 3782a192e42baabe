"""The process that keeps the job's secrets: starts the one that does the work without them, and speaks for it.

It never runs repository code, not even git. What it does for the worker is little: it removes secrets from texts, says
which of them a text holds, and asks the models of one address, all named before any code of the repository ran, within
a budget of its own. Where the job has a token of the forge, it starts `fetch` with nothing but that when the worker
asks for what the red run left or what the forge says of change requests, and `publish` when the worker has gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from agent_ci import kept, outputs, process
from agent_ci.confine import ownership
from agent_ci.core.environment import forge_tokens, model_keys, secrets
from agent_ci.core.ladder import REMOTE
from agent_ci.core.notes.requests import ID
from agent_ci.core.outward.writer import Known
from agent_ci.errors import AgentCIError

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # linux/prctl.h
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_WORKER = "import sys; sys.path.append(sys.argv.pop(1)); from agent_ci.__main__ import main; main()"
_CALLS_AN_ATTEMPT = 8  # tries, continuations and shorter questions


def is_needed(environment: Mapping[str, str]) -> bool:
    """Whether *environment* holds secrets that the process with it should not have."""
    return kept.VARIABLE not in environment and bool(secrets(environment)) and hasattr(os, "fork")


@contextlib.contextmanager
def _new_folder() -> Iterator[Path]:
    """The name of a folder that is not there yet, and is gone at the end; that of a killed run goes away later."""
    with tempfile.TemporaryDirectory(prefix="agent-ci-red-run-") as scratch:
        Path(scratch, "owner").write_text(ownership.signature(), encoding="utf-8")
        yield Path(scratch, "red-run")


def keep(arguments: Sequence[str], environment: MutableMapping[str, str]) -> int:
    """Run agent-ci with *arguments* in a process without the secrets of *environment*; its exit code is ours.

    *environment* loses them as well, for good.
    """
    values = _taken(environment)
    ours, theirs = socket.socketpair()
    around = {**environment, kept.VARIABLE: str(theirs.fileno())}
    with (
        ours,
        ours.makefile("rb") as requests,
        ours.makefile("wb") as answers,
        contextlib.ExitStack() as until_the_end,
    ):
        desk = Desk(
            values, requests, answers, environment, new_folder=lambda: until_the_end.enter_context(_new_folder())
        )
        start = process.beside(_argv(*arguments), environment=around, descriptors=(theirs.fileno(),))
        with _Forwarding(desk) as forwarding, start as worker:
            theirs.close()
            forwarding.begin(worker.pid)
            desk.serve()
            code = _exit_code(worker.wait())
            if desk.only_tells:
                _published(desk, forwarding)
                return code
            return _published(desk, forwarding) if code == 0 and desk.publication else code


def has_both(environment: Mapping[str, str]) -> bool:
    """Whether *environment* holds a key of a model and a token of a forge, which no process may use together."""
    return is_needed(environment) and bool(model_keys(environment)) and bool(forge_tokens(environment))


def _published(desk: Desk, forwarding: _Forwarding) -> int:
    """The exit code of the third process, which has the right to write and no key of a model.

    Where it only tells, the steps that follow in the job hear from the worker alone how the run ended.
    """
    around = desk.with_tokens
    if desk.only_tells:
        around.pop(outputs.VARIABLE, None)
    with process.beside(_argv("publish", *desk.publication), environment=around, descriptors=()) as publisher:
        forwarding.begin(publisher.pid)
        return _exit_code(publisher.wait())


def _argv(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-c", _WORKER, str(Path(__file__).parents[1]), *arguments)


def follow() -> None:
    """Have the kernel ask us to end, the worker, when the keeper is killed: nobody else would."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def taken_out(environment: MutableMapping[str, str]) -> dict[str, str]:
    """*environment* as it was; it loses its secrets, so that no program that we start has them."""
    before = dict(environment)
    _taken(environment)
    return before


def _taken(environment: MutableMapping[str, str]) -> dict[str, str]:
    """The secrets of *environment*, which has none any more; our memory is closed to other processes."""
    values = secrets(environment)
    for name in values:
        del environment[name]
    _close_to_others()
    return values


def _close_to_others() -> None:
    """Have the kernel keep other processes of this user out of our memory and environment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


class _InterruptedError(Exception):
    """A signal came; the worker has it as well, and will say what is still to be done."""


@dataclass
class _Forwarding:
    """While this is entered, signals go on to the worker and end the call of a model that *desk* makes for it."""

    desk: Desk
    pids: list[int] = field(default_factory=list)
    early: list[int] = field(default_factory=list)
    before: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.before = {name: signal.signal(name, self._forward) for name in _SIGNALS}
        return self

    def __exit__(self, *_error: object) -> None:
        for name, handler in self.before.items():
            signal.signal(name, handler)

    def begin(self, pid: int) -> None:
        """Name the process that works now; it gets what came before it was known."""
        self.pids[:] = [pid]
        for number in self.early:
            self._send(number)

    def _forward(self, number: int, _frame: object) -> None:
        if not self.pids:
            self.early.append(number)
        self._send(number)
        if self.desk.is_calling:
            raise _InterruptedError

    def _send(self, number: int) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


@dataclass
class Desk:
    """What is done for the worker, whose *requests* get *answers*; ``pinned`` are the models that it named first.

    ``environment`` is this process's. ``publication`` are the arguments of the `publish` that follows, if one does;
    where nothing was proven, it *only tells* people so.
    ``new_folder`` names the folder that what is fetched is to go to; None where something was fetched or cannot be.
    """

    values: Mapping[str, str] = field(repr=False)
    requests: IO[bytes]
    answers: IO[bytes]
    environment: MutableMapping[str, str] = field(default_factory=dict, repr=False)
    pinned: dict[str, Any] = field(default_factory=dict)
    calls_left: int = 0
    tokens_left: int = 0
    usd_left: float = 0.0
    is_calling: bool = False
    publication: tuple[str, ...] = ()
    only_tells: bool = False
    new_folder: Callable[[], Path] | None = None

    @property
    def with_tokens(self) -> dict[str, str]:
        """The environment of a process that may speak to the forge, and has no other secret."""
        return {**self.environment, **forge_tokens(self.values)}

    def serve(self) -> None:
        """Answer until the worker has gone."""
        while True:
            with contextlib.suppress(_InterruptedError):
                if not self._serve_one():
                    return

    def _serve_one(self) -> bool:
        try:
            line = self.requests.readline()
            if not line:
                return False
            request = json.loads(line)
            answer = {"number": request["number"], "value": self.answer_to(request)}
            self.answers.write(json.dumps(answer).encode() + b"\n")
            self.answers.flush()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def answer_to(self, request: Mapping[str, Any]) -> object:
        """What *request* gets; no answer ever holds a secret."""
        what = request["what"]
        known = Known(self.values)
        if what == "names":
            return sorted(self.values)
        if what == "remove":
            return known.removed(request["text"])
        if what == "named":
            return known.named_in(request["text"])
        if what == "publish":
            return self._will_publish(request)
        if what in ("fetch", "requests"):
            return self._fetched() if what == "fetch" else self._told(request)
        return self._open(request) if what == "open" else self._ask(request)

    def _will_publish(self, request: Mapping[str, Any]) -> bool:
        """Whether we deliver what the worker proved, or tell that it did not, once it has gone, by the first word."""
        if not forge_tokens(self.values) or request["deliver"] not in REMOTE:
            return False
        if not self.publication:
            out = str(request["out"])
            self.only_tells = request["only-tell"] is True
            flags = [f"--{name}" for name in ("json", "quiet", "verbose", "only-tell") if request[name] is True]
            named = ("--deliver", str(request["deliver"]), "--repository", str(request["repository"]), "--out", out)
            self.publication = (*named, *flags, "--", str(Path(out, "evidence.json")))
        return True

    def _fetched(self) -> str:
        """The folder with what the red run left, fetched once by a process of its own; empty where it is not there.

        Which run that is says this process's environment, and never the worker.
        """
        return self._gathered()

    def _told(self, request: Mapping[str, Any]) -> str:
        """The folder with what the forge says of the change requests that *request* names; as ``_fetched``."""
        words = (str(id_) for id_ in request["ids"])
        named = [f"--request={id_}" for id_ in words if ID.fullmatch(id_)]
        return self._gathered(*named, f"--project={request['project']}") if named else ""

    def _gathered(self, *more: str) -> str:
        """The folder that `fetch` fills, told *more*; once, since there is one thing that a worker asks for."""
        new_folder, self.new_folder = self.new_folder, None
        if new_folder is None or not forge_tokens(self.values):
            return ""
        try:
            folder = new_folder()
        except OSError:
            return ""  # a disk that is full; the worker meets it as well, and says so
        argv = _argv("fetch", "--quiet", "--into", str(folder), *more)
        around = {name: value for name, value in self.with_tokens.items() if name != outputs.VARIABLE}
        with process.beside(argv, environment=around, descriptors=()) as fetcher:
            self.is_calling = True
            try:
                return str(folder) if fetcher.wait() == 0 else ""
            except _InterruptedError:
                fetcher.terminate()
                raise
            finally:
                self.is_calling = False

    def _open(self, request: Mapping[str, Any]) -> str:
        """Pin models, their address and the budget; the first word counts. A sentence says that the key is no key."""
        from agent_ci.model.endpoint import key_fault  # noqa: PLC0415 - only where a model is used

        if fault := key_fault(self._key or ""):
            return fault
        if not self.pinned:
            self.pinned = {name: request[name] for name in ("models", "api_base", "seed")}
            self.calls_left = _CALLS_AN_ATTEMPT * int(request["attempts"])
            self.tokens_left = int(request["tokens"])
            self.usd_left = float(request["cost"])
        return ""

    @property
    def _key(self) -> str | None:
        return self.values.get("AGENT_CI_API_KEY", "").strip() or None

    def _ask(self, request: Mapping[str, Any]) -> object:
        from agent_ci.model.costs import cost_of, cost_of_fault  # noqa: PLC0415 - only where it is used
        from agent_ci.model.faults import FaultError  # noqa: PLC0415 - as above
        from agent_ci.model.transport import Request, Timeouts, call  # noqa: PLC0415 - as above

        if not self.pinned or self.calls_left <= 0 or self.tokens_left <= 0:
            return {"unavailable": "the budget for the model is used up, or no model was named at the start"}
        if request["model"] not in self.pinned["models"]:
            return {"unavailable": f"the model {request['model']} was not named at the start"}
        self.calls_left -= 1
        wanted = Request(
            messages=tuple((str(role), str(text)) for role, text in request["messages"]),
            max_tokens=min(int(request["max_tokens"]), self.tokens_left),
            timeouts=Timeouts(**request["timeouts"]),
            schema=request.get("schema"),
            tools=tuple(request.get("tools") or ()),
            fixed=int(request.get("fixed") or 0),
            sample=int(request.get("sample") or 0),
            api_key=self._key,
            model=request["model"],
            api_base=self.pinned["api_base"],
            seed=self.pinned["seed"],
            usd_left=self.usd_left if (most := request.get("usd_left")) is None else min(self.usd_left, float(most)),
        )
        try:
            with self._in_the_environment():
                answer = call(wanted)
        except FaultError as fault:
            self.tokens_left -= cost_of_fault(fault, wanted.messages).tokens
            told = {"kind": fault.kind.name, "said": fault.said, "status": fault.status, "after": fault.retry_after}
            return {"fault": told}
        except AgentCIError as error:
            return {"unavailable": str(error)}
        self.tokens_left -= cost_of(answer, wanted.messages).tokens
        self.usd_left -= answer.usd or 0.0
        return {"answer": asdict(answer)}

    @contextlib.contextmanager
    def _in_the_environment(self) -> Iterator[None]:
        """Let litellm find the providers' own variables while this is open."""
        from agent_ci.model.transport import lent  # noqa: PLC0415 - only where a model is used

        with lent(self.environment, self.values):
            self.is_calling = True
            try:
                yield
            finally:
                self.is_calling = False


def _exit_code(status: int) -> int:
    return status if status >= 0 else 128 - status
