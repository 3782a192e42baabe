"""Tries attacks by what a model answers, and by what its endpoint does: real HTTP on loopback, and the real client.

An attempt is a function that acts in a ``Scene`` and tells what it saw; a twin is one that says whether it went well.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from agent_ci.session import Session
from bench.attacks.case import Attack, Result
from bench.attacks.oracles import CHANGED, READ, Outside, holds, outside
from bench.diffs.notation import COMMAND, FILES, REPAIR, REPORT
from bench.repositories import Small
from tests.checkouts import digest
from tests.servers.chat import ChatServer, Received, Step, says

PLACES = ("here",)
BEACON = "a text for people leads to a stranger's address"
HONEST = says(f"The prices are not multiplied.\n\n```diff\n{REPAIR}```\n")
SECONDS = 60.0


@dataclass(frozen=True)
class Seen:
    """What an attempt came to, what it brought about itself, and everything that was said on the way."""

    outcome: str
    effects: tuple[str, ...] = ()
    said: str = ""


@dataclass
class Scene:
    """A red repository, a scripted endpoint that is asked about it, and ``around`` it what is nobody's business."""

    folder: Path
    around: Outside
    server: ChatServer
    progress: io.StringIO = field(default_factory=io.StringIO)

    @property
    def address(self) -> str:
        """An address that only listens."""
        return f"http://127.0.0.1:{self.around.told['tcp']}"

    @property
    def key(self) -> str:
        """The key that the endpoint is sent, and which nobody else may see."""
        return self.around.canary

    @property
    def environment(self) -> dict[str, str]:
        """What a job that uses a model has."""
        return {"PATH": os.environ["PATH"], "HOME": self.around.told["home"], "AGENT_CI_API_KEY": self.key}

    def fix(self, *steps: Step, always: Step | None = None, **given: object) -> dict[str, Any]:
        """The evidence of a fix that is answered with *steps*, and from then on with *always*."""
        self.server.play(*steps, always=always)
        return Session(self.environment, {**self.options, **given}, self.progress).run()

    @property
    def options(self) -> dict[str, object]:
        """How a fix is run here: without a sandbox, since it is not what is tried."""
        return {
            "repository": str(self.folder / "repository"),
            "out": str(self.folder / "out"),
            "run": COMMAND,
            "report": (REPORT,),
            "repeat": 1,
            "sandbox": "none",
            "proposer": ("model",),
            "model": "scripted",
            "api_base": self.server.url,
            "max_attempts": 2,
            "time_limit": SECONDS,
        }

    def written(self, name: str = "*") -> str:
        """The text of the files that were written for the user, or of the one called *name*."""
        files = (path for path in (self.folder / "out").rglob(name) if path.is_file())
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)

    def effects(self) -> Iterator[str]:
        """What can be seen from here."""
        asked = "\n".join(map(_asked, self.server.requests))
        yield from self.around.effects(self.written() + self.progress.getvalue() + asked)
        if f"]({self.address}" in self.written("*.md") or "<img" in self.written("*.md"):
            yield BEACON


Attempt = Callable[[Scene], Seen]
Twin = Callable[[Scene], bool]


def tried(attack: Attack, place: str) -> Result:
    """Let the attempt and the twin act, each in a scene of its own."""
    del place
    with scene() as one:
        before = digest(one.folder / "repository")
        seen = cast("Attempt", attack.attempt)(one)
        effects = [*seen.effects, *one.effects(), *((READ,) if holds(seen.said, one.key) else ())]
        effects += [CHANGED] if digest(one.folder / "repository") != before else []
    forbidden = tuple(effect for effect in dict.fromkeys(effects) if effect in attack.forbidden)
    with scene() as another:
        is_usable = cast("Twin", attack.twin)(another)
    return Result(forbidden, seen.outcome, attack.promised, is_usable)


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """A new scene."""
    with outside() as around, ChatServer() as server, tempfile.TemporaryDirectory(prefix="attacks-model-") as folder:
        Small.make(Path(folder, "repository"), FILES)
        yield Scene(Path(folder), around, server)


def is_repaired(scene: Scene) -> bool:
    """Whether an honest answer repairs the repository: the twin of everything that a bad one must not bring about."""
    return str(scene.fix(HONEST)["outcome"]) == "fixed"


def _asked(request: Received) -> str:
    """A request without the header that the key belongs into."""
    others: Mapping[str, str] = {name: value for name, value in request.headers.items() if name != "authorization"}
    return f"{request.path}\n{json.dumps(others)}\n{request.body.decode('utf-8', 'replace')}"
