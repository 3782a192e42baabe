"""A talk with a scripted model: who asks, what is kept, and how long it may take."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from agent_ci.core.budget import Budget
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.model.transport import Timeouts
from agent_ci.ports import Tree, Workspace
from agent_ci.proposers.model import Model
from tests.servers.chat import ChatServer, Step, completion

KEY = "sk-proj-Zx81-uQm0_Rt55vLw"


CALM = Timeouts(connect=10.0, read=20.0, total=30.0)


FAST = Timeouts(connect=2.0, read=0.6, total=1.0)


WRONG = "The sum is off.\n\n```diff\n--- a/calc.py\n+++ b/calc.py\n@@ -1 +1 @@\n-a - b\n+a * b\n```\n"


OTHER = WRONG.replace("a * b", "a / b")


RIGHT = WRONG.replace("a * b", "a + b")


EVIDENCE = Evidence(job="fix", summary="one test fails")


@dataclass
class Ledger:
    """A journal that keeps its events in memory."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def record(self, event: str, **facts: object) -> None:
        self.events.append((event, facts))

    def count(self, event: str) -> int:
        return sum(1 for name, _ in self.events if name == event)


@dataclass
class Desk:
    """A workbench that only has a question, a clock and files to look at; the model needs nothing else."""

    text: str = "Repair it."
    seconds: float = 1200.0
    files: Tree | None = None

    @property
    def tree(self) -> Tree:
        assert self.files is not None, "a model that asks for nothing does not read the tree"
        return self.files

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        return "\n".join([self.text, *(sentence for attempt in attempts for sentence in attempt.objections)])

    def open(self) -> AbstractContextManager[Workspace]:
        raise AssertionError("a model runs nothing")

    def seconds_left(self) -> float:
        return self.seconds


@dataclass
class Talk:
    """One conversation, and everything that left it."""

    server: ChatServer
    ledger: Ledger = field(default_factory=Ledger)
    desk: Desk = field(default_factory=Desk)
    pauses: list[float] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    evidence: Evidence = EVIDENCE

    def model(self, **changes: Any) -> Model:
        settings: dict[str, Any] = {
            "names": ("scripted",),
            "api_base": self.server.url,
            "api_key": KEY,
            "budget": Budget(),
            "journal": self.ledger,
            "seed": 7,
            "timeouts": CALM,
            "sleep": self.pauses.append,
        }
        return Model(**settings | changes)

    def run(
        self, *, right: str = RIGHT, earlier: tuple[Attempt, ...] = (), most: int = 20, **changes: Any
    ) -> list[Reply]:
        """Talk until the model stops or offers *right*; every other reply is refused."""
        session = self.model(**changes).propose(self.evidence, earlier, self.desk)
        reply = next(session, None)
        while reply is not None:
            self.replies.append(reply)
            if reply.text == right or len(self.replies) >= most:
                break
            objection = reply.objection or "tests/test_calc.py::test_sum is still red"
            try:
                reply = session.send(Attempt(reply, objections=(objection,)))
            except StopIteration:
                break
        session.close()
        return self.replies

    def said(self) -> str:
        """Whatever a reader could see: replies and journal."""
        return repr(self.replies) + json.dumps(self.ledger.events, default=str)


def limits(step: Step) -> Timeouts:
    return FAST if step.delay or step.silence or step.pace else CALM


def raw(body: object, **changes: Any) -> Step:
    return Step(body if isinstance(body, bytes) else json.dumps(body).encode(), **changes)


def patched(old: bytes, new: bytes) -> Step:
    """A well-formed answer with some of its bytes replaced."""
    return raw(json.dumps(completion("PLACE")).encode().replace(old, new))
