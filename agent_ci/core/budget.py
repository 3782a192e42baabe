"""How much a run may spend: attempts, tokens, money, seconds. Derived from the attempts, never a counter."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.run import Attempt, total_cost

CHARACTERS_PER_TOKEN = 4
"""An estimate, for limits and for endpoints that do not count."""


def tokens_of(text: str) -> int:
    """An estimate of the tokens in *text*."""
    return len(text) // CHARACTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one run: ``cost`` in US dollars, ``seconds`` of wall clock from its start.

    ``attempts`` counts replies that were paid for; a free proposer (offline search) is bounded by seconds. ``barred``
    is why nothing at all may be paid for, empty where something may.
    """

    attempts: int = 5
    cost: float = 1.00
    tokens: int = 200_000
    seconds: float = 1200.0
    barred: str = ""

    @property
    def amounts(self) -> dict[str, float]:
        """What may be spent, by name."""
        return {"attempts": self.attempts, "cost": self.cost, "tokens": self.tokens, "seconds": self.seconds}

    def objection(self, attempts: tuple[Attempt, ...], *, elapsed: float) -> str:
        """The limit that forbids one more attempt after *elapsed* seconds, as a sentence; empty when none does."""
        spent = total_cost(attempts)
        if elapsed >= self.seconds:
            return f"the time limit of {self.seconds:g} s was reached"
        if self.attempts_are_spent(attempts):
            return f"the limit of {self.attempts} attempts was reached"
        if spent.calls and spent.tokens >= self.tokens:
            return f"the limit of {self.tokens} tokens was reached ({spent.tokens} used)"
        if spent.usd is not None and spent.calls and spent.usd >= self.cost:
            return f"the limit of US$ {self.cost:.2f} was reached (US$ {spent.usd:.4f} spent)"
        return ""

    def attempts_are_spent(self, attempts: tuple[Attempt, ...]) -> bool:
        """Whether as many attempts were paid for as may be: tried within budget, in contrast to cut short."""
        return sum(1 for attempt in attempts if attempt.reply.cost.calls) >= self.attempts
