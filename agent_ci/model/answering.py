"""Who answers questions: one model for all of them, or a recording of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.run import Cost
from agent_ci.errors import ModelUnavailableError
from agent_ci.model.asking import Asking, Prompts, Said, Use
from agent_ci.model.endpoint import Endpoint
from agent_ci.model.recording import Recorded
from agent_ci.model.transport import Answer, Request, call
from agent_ci.ports import Journal


class Answering(Protocol):
    """Somebody who is asked, each question standing alone."""

    @property
    def cost(self) -> Cost:
        """What the last question cost, also where it got no answer."""
        ...

    def ask(
        self, question: str, *, tokens_left: int, seconds_left: Callable[[], float], usd_left: float | None = None
    ) -> Said:
        """The answer within what is left of tokens, time and money. Raises AgentCIError where there can be none."""
        ...


@dataclass
class Model:
    """The model at *endpoint*; what goes to it passes *outward*, and all of it is kept in *journal*."""

    endpoint: Endpoint
    prompts: Prompts
    journal: Journal
    outward: Outward
    call: Callable[[Request], Answer] = call
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    cost: Cost = field(default_factory=Cost)
    sample: int = 0

    def ask(
        self,
        question: str,
        *,
        tokens_left: int,
        seconds_left: Callable[[], float],
        usd_left: float | None = None,
        fixed: str = "",
    ) -> Said:
        """As ``Asking.ask``, from which the errors come; the next question is likely to begin with *fixed* as well."""
        asking = Asking(
            self.endpoint,
            self.prompts,
            self.journal,
            tokens_left=tokens_left,
            seconds_left=seconds_left,
            usd_left=usd_left,
            sleep=self.sleep,
            clock=self.clock,
            call=self.call,
            fixed=self.outward.to(Sink.PROMPT, fixed),
            sample=self.sample,
        )
        try:
            return asking.ask(self.outward.to(Sink.PROMPT, question))
        finally:
            self.cost = asking.cost


@dataclass
class Recording:
    """*replies* that were recorded, one for each question whatever it is; the questions are kept in *journal*."""

    replies: Iterator[Recorded]
    journal: Journal
    outward: Outward
    cost: Cost = field(default_factory=Cost)

    def ask(
        self, question: str, *, tokens_left: int, seconds_left: Callable[[], float], usd_left: float | None = None
    ) -> Said:
        """The next reply. Raises ModelUnavailableError where there is none, UsageError for one that is no reply."""
        del tokens_left, seconds_left, usd_left  # a recording costs none of them
        self.journal.record("replay.request", text=self.outward.to(Sink.PROMPT, question))
        self.cost, found = Cost(), next(self.replies, None)
        if found is None:
            raise ModelUnavailableError("the recording holds no more replies; record the run anew, see --cassette")
        self.journal.record("replay.reply", text=found.text)
        self.cost = found.cost
        return Said(found.text, found.cost, Use.USELESS if found.objection else Use.USABLE, found.objection)
