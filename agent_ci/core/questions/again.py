"""Which question follows on how many tries in vain: a wider one, one for other causes, and then one from the start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent_ci.core.questions.behaviour import repeated
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


def again(rung: int) -> Again:
    """The question on that *rung* of the ladder, which starts at 0."""
    allowance = Allowance().wider(rung)
    if rung >= _FRESH_AFTER:
        return Again(allowance, "fresh.v1", is_fresh=True)
    return Again(allowance, "hypotheses.v1" if rung == _FRESH_AFTER - 1 else "")


def rung(attempts: Iterable[Attempt], group: str) -> int:
    """On which rung the question after *attempts* at the root cause *group* stands.

    Each try of a model leads one further, and one more where its change failed in the very way that another had.
    """
    about = [attempt for attempt in attempts if attempt.group == group]
    again_so = repeated(about)
    return tries(about, group) + tries((about[at] for at in again_so), group)


def tries(attempts: Iterable[Attempt], group: str) -> int:
    """How often a model was asked, by *attempts*, for the root cause *group*, which is empty for all of them at once.

    Several answers to one question are one try.
    """
    by_model = (attempt for attempt in attempts if attempt.reply.proposer == MODEL and attempt.group == group)
    return sum(1 for attempt in by_model if not attempt.reply.candidate)
