"""The door to the process that keeps this job's secrets: it is asked for what only it can do, never for a secret."""

from __future__ import annotations

import functools
import json
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agent_ci.core.environment import secrets
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import InfrastructureError

VARIABLE = "AGENT_CI_KEEPER"
"""Names the inherited socket to the keeper, a file descriptor; it is there where a keeper is."""

_GONE = "the process that keeps the secrets is gone; run agent-ci again"


class Kept:
    """A connection to the keeper. Requests go one at a time; each is answered under its own number."""

    def __init__(self, connection: socket.socket) -> None:
        """Begin to talk over *connection*."""
        self._stream = connection.makefile("rwb")
        self._lock = threading.Lock()
        self._number = 0

    def ask(self, what: str, **details: object) -> Any:
        """What the keeper answers. Raises InfrastructureError where it is gone."""
        with self._lock:
            self._number += 1
            try:
                self._stream.write(json.dumps({"number": self._number, "what": what, **details}).encode() + b"\n")
                self._stream.flush()
                return self._answer(self._number)
            except (OSError, ValueError) as error:
                raise InfrastructureError(_GONE) from error

    def _answer(self, number: int) -> Any:
        """The answer to request *number*; those to earlier ones, which nobody waits for any more, are passed over."""
        while line := self._stream.readline():
            answer = json.loads(line)
            if answer["number"] == number:
                return answer["value"]
        raise InfrastructureError(_GONE)

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the variables whose values are kept."""
        return tuple(self.ask("names"))

    def removed(self, text: str) -> str:
        """*text* without the secrets, in whatever encoding."""
        return str(self.ask("remove", text=text)) if text else text

    def named_in(self, text: str) -> tuple[str, ...]:
        """The names of the secrets that *text* holds."""
        return tuple(self.ask("named", text=text))


def door(environment: Mapping[str, str]) -> Kept | None:
    """The connection to our keeper, where *environment* says that there is one."""
    descriptor = environment.get(VARIABLE, "")
    return _connected(int(descriptor)) if descriptor.isdigit() else None


@functools.cache
def _connected(descriptor: int) -> Kept:
    return Kept(socket.socket(fileno=descriptor))


def names(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the secrets of this job, whether they are in *environment* or with the keeper."""
    keeper = door(environment)
    return keeper.names if keeper else tuple(secrets(environment))


def outward(environment: Mapping[str, str], detect: Callable[[str], Iterable[str]] = lambda _: ()) -> Outward:
    """What makes texts fit to leave, whether the secrets are in *environment* or with the keeper."""
    return Outward.of(environment, detect, door(environment))


def separation(environment: Mapping[str, str]) -> str:
    """Which processes the secrets of this job are in, in words."""
    if door(environment):
        return "the secrets of this job are kept in a process of their own"
    return "none" if secrets(environment) else "not needed: this job holds no secret"
