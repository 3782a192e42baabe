"""What the answers so far say about asking once more: one model, or a stronger one where a question starts anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from agent_ci.core.questions.again import again
from agent_ci.core.questions.answer import fingerprint
from agent_ci.core.run import MODEL, Attempt, Cost, Reply
from agent_ci.model.asking import Said, Use
from agent_ci.templates import template

_PATIENCE = 3  # unreadable answers before a model that gave no other is called unavailable
_REFUSALS = 2  # in a row, after which the model is not asked a third time
_OFFERS = 3  # the same change, after which the model has no other


@dataclass
class Dialogue:
    """What the answers of one model so far say about asking it once more."""

    offers: Counter[str] = field(default_factory=Counter)
    last: str = ""
    readable: int = 0
    unreadable: int = 0
    refusals: int = 0
    is_left: bool = False

    def hear(self, said: Said) -> None:
        """Count an answer."""
        self.readable += said.use is not Use.USELESS
        self.unreadable += said.use is Use.USELESS
        self.refusals = self.refusals + 1 if said.use is Use.DECLINED else 0

    def learn(self, attempt: Attempt) -> None:
        """Recognise a change by what it leads to, or by its lines where git could make nothing of it."""
        self.last = attempt.patch.tree if attempt.patch else fingerprint(attempt.reply.text)
        if self.last:
            self.offers[self.last] += 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing that could be read came yet."""
        return not self.readable

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing that can be read is to be expected."""
        return self.is_empty and self.unreadable >= _PATIENCE

    @property
    def is_over(self) -> bool:
        """Whether the model has no more to offer."""
        return self.is_left or self.refusals >= _REFUSALS or self.offers[self.last] >= _OFFERS

    @property
    def note(self) -> str:
        """What the next question adds where the last change was not new."""
        return f"\n\n{template('repeated.v1').render()}" if self.offers[self.last] == _OFFERS - 1 else ""


class Turns:
    """The dialogues with the models *names*, and what was spent on one that could not be had since the last reply."""

    def __init__(self, names: Iterable[str]) -> None:
        self._dialogues = {name: Dialogue() for name in names}
        self._spent = Cost()
        self._sentences: list[str] = []

    def __getitem__(self, name: str) -> Dialogue:
        return self._dialogues[name]

    def next(self, rung: int) -> str:
        """Whose turn it is on that *rung* of the ladder; empty where no model has more to offer.

        It is the first model's, until the question starts anew: then it is that of the last, which is the strongest.
        """
        left = [name for name, dialogue in self._dialogues.items() if not dialogue.is_over]
        return (left[-1] if again(rung).is_fresh else left[0]) if left else ""

    def leave(self, name: str, why: str, cost: Cost) -> bool:
        """Ask the model *name* no more, which *cost* what it did; whether another can be asked in its place."""
        self._dialogues[name].is_left = True
        other = self.next(0)
        if other:
            self._spent += cost
            self._sentences.append(f"{why}; the model {other} is asked instead")
        return bool(other)

    @property
    def is_empty(self) -> bool:
        """Whether no model gave anything yet that could be read."""
        return all(dialogue.is_empty for dialogue in self._dialogues.values())

    @property
    def debts(self) -> tuple[Attempt, ...]:
        """What was spent since the last reply, as an attempt of its own; none where that is nothing."""
        return (Attempt(Reply(MODEL, cost=self._spent)),) if self._spent.calls else ()

    def settled(self, reply: Reply) -> Reply:
        """*reply* with what was spent and is to be said before it."""
        spent, sentences = self._spent, self._sentences
        self._spent, self._sentences = Cost(), []
        return replace(reply, cost=spent + reply.cost, note="; ".join(filter(None, (*sentences, reply.note))))

    @property
    def owed(self) -> str:
        """What is still to be said where no reply follows."""
        return "; ".join(self._sentences)
