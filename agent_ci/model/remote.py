"""Asks the model through the process that keeps the key, which this one never sees."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from agent_ci.core.budget import Budget
from agent_ci.errors import ModelUnavailableError, UsageError
from agent_ci.kept import Kept
from agent_ci.model.faults import FaultError, FaultKind
from agent_ci.model.transport import Answer, Request


@dataclass(frozen=True)
class Asked:
    """Which models are asked, at which address of one's own, with which seed, and how often each question."""

    models: tuple[str, ...]
    api_base: str | None
    seed: int
    candidates: int = 1


@dataclass(frozen=True)
class Remote:
    """Makes calls by *keeper*, which lets no other models be asked than were named, within *budget*."""

    keeper: Kept

    @classmethod
    def opened(cls, keeper: Kept, asked: Asked, budget: Budget) -> Remote:
        """Name the models and the budget, once and for all. Raises UsageError where the key cannot be used."""
        limits = {"attempts": budget.attempts * asked.candidates, "tokens": budget.tokens, "cost": budget.cost}
        if fault := keeper.ask("open", **asdict(asked), **limits):
            raise UsageError(str(fault))
        return cls(keeper)

    def call(self, request: Request) -> Answer:
        """Exactly one call. Raises FaultError where no answer came, ModelUnavailableError where none can come."""
        told = self.keeper.ask(
            "ask",
            model=request.model,
            messages=request.messages,
            max_tokens=request.max_tokens,
            timeouts=asdict(request.timeouts),
            schema=request.schema,
            tools=request.tools,
            fixed=request.fixed,
            sample=request.sample,
            usd_left=request.usd_left,
        )
        if answer := told.get("answer"):
            return Answer(**{**answer, "calls": tuple(map(tuple, answer["calls"]))})
        if fault := told.get("fault"):
            kind = FaultKind[fault["kind"]]
            raise FaultError(kind, fault["said"], status=fault["status"], retry_after=fault["after"])
        raise ModelUnavailableError(told["unavailable"])
