"""How much a run may spend: attempts, tokens, money, seconds. Derived from the attempts, never a counter."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.run import Attempt, total_cost


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one run: ``cost`` in US dollars, ``seconds`` of wall clock from the start of the run.

    ``attempts`` counts replies that were paid for; a free proposer (offline search) is bounded by seconds.
    """

    attempts: int = 5
    cost: float = 1.00
    tokens: int = 200_000
    seconds: float = 1200.0

    def allows(self, attempts: tuple[Attempt, ...], *, elapsed: float) -> bool:
        """Whether one more attempt may be made after *elapsed* seconds."""
        return not self.objection(attempts, elapsed=elapsed)

    def objection(self, attempts: tuple[Attempt, ...], *, elapsed: float) -> str:
        """The limit that was reached and what was spent, as one sentence; empty when none was."""
        spent = total_cost(attempts)
        paid = sum(1 for attempt in attempts if attempt.reply.cost.calls)
        if elapsed >= self.seconds:
            return f"the time limit of {self.seconds:g} s was reached"
        if paid >= self.attempts:
            return f"the limit of {self.attempts} attempts was reached"
        if spent.tokens >= self.tokens:
            return f"the limit of {self.tokens} tokens was reached ({spent.tokens} used)"
        if spent.usd is not None and spent.usd >= self.cost and spent.calls:
            return f"the limit of US$ {self.cost:.2f} was reached (US$ {spent.usd:.4f} spent)"
        return ""
