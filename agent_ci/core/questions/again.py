"""Which question follows on how many tries in vain: a wider one, one for other causes, and then one from the start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent_ci.core.questions.context import Allowance
from agent_ci.core.run import MODEL, Attempt

_FRESH_AFTER = 3  # tries; what so many objections did not mend is seldom mended by one more


@dataclass(frozen=True, slots=True)
class Again:
    """One question: what its parts may take, and the prompt *note* that follows on it, empty for none.

    One that *is_fresh* tells what was tried in one line each, so that nothing is built on it once more.
    """

    allowance: Allowance = field(default_factory=Allowance)
    note: str = ""
    is_fresh: bool = False


def again(tries: int) -> Again:
    """The question after so many *tries* of the model about the same failure."""
    allowance = Allowance().wider(tries)
    if tries >= _FRESH_AFTER:
        return Again(allowance, "fresh.v1", is_fresh=True)
    return Again(allowance, "hypotheses.v1" if tries == _FRESH_AFTER - 1 else "")


def tries(attempts: Iterable[Attempt], group: str) -> int:
    """How many of *attempts* a model made at the root cause *group*, which is empty for all of them at once."""
    return sum(1 for attempt in attempts if attempt.reply.proposer == MODEL and attempt.group == group)
