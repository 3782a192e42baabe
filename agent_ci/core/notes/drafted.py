"""What became of the lines that a model wrote: which were kept, why the others were not, and how files tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from agent_ci.core.notes.grounding import Check, Judgement, Kept, Objection
from agent_ci.core.notes.values import Entry, Ledger
from agent_ci.core.notes.wording import wording
from agent_ci.core.outward.markdown import code
from agent_ci.core.run import Attempt, Cost, total_cost

_LONGEST = 600  # characters of a line that was refused


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: how its lines were judged, or why there are none, as a sentence."""

    judgement: Judgement | None = None
    fault: str = ""


@dataclass(frozen=True)
class Drafted:
    """The *ledger* with all lines of the *model* that held; ``attempts`` are what was paid for.

    ``asked`` are the ids of the changes that it was asked about, ``kept`` its lines, and ``left`` the objections to its
    last line about each of the others. ``failure`` is a sentence where it was not asked to the end, and ``prompts``
    are the digests of its prompts by id.
    """

    ledger: Ledger
    model: str
    asked: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    left: Mapping[str, tuple[Objection, ...]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    failure: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)

    @property
    def cost(self) -> Cost:
        """What all of it cost."""
        return total_cost(self.attempts)

    @cached_property
    def told(self) -> frozenset[str]:
        """The ids of the changes that are told of in its words."""
        return frozenset(id_ for one in self.kept for id_ in one.ids)

    @property
    def sentence(self) -> str:
        """How it went and what it cost, for people."""
        if not self.asked:
            return f"{self.model} was not asked: authors wrote every line for users themselves"
        cost = self.cost
        usd = "an unknown price" if cost.usd is None else f"US$ {cost.usd:.4f}"
        questions = "1 question" if len(self.answers) == 1 else f"{len(self.answers)} questions"
        return (
            f"{self.model} was asked about {len(self.asked)} changes: the lines about {len(self.told)} were kept, the "
            f"others stand as their titles say ({questions}, {cost.tokens} tokens, {usd})"
        )

    @property
    def warning(self) -> str:
        """What a person should know before these notes go out; empty where all is as it should be."""
        if not self.failure:
            return ""
        return f"lines of the notes are titles and no words of a model: {self.failure}"

    @property
    def document(self) -> dict[str, object]:
        """What the ledger holds of it."""
        cost = self.cost
        return {
            "name": self.model,
            "prompts": dict(self.prompts),
            "asked": list(self.asked),
            "kept": sorted(self.told),
            "questions": len(self.answers),
            "cost": {"calls": cost.calls, "tokens": cost.tokens, "usd": cost.usd},
            "failure": self.failure,
        }

    def of(self, entry: Entry) -> dict[str, object]:
        """What the ledger holds of the words of *entry*: whose they are, and the checks that they passed or failed."""
        ids = [unit.id for unit in entry.units]
        if self.told.issuperset(ids):
            return {"words": "model", "checks": [str(check) for check in Check]}
        refused = [f"{one.check}: {one.text}" for id_ in ids for one in self.left.get(id_, ())]
        return {"words": "author" if entry.is_written else "title", "refused": refused}

    def raw(self, safe: Callable[[str], str]) -> str:
        """The content of `notes.raw.md`: each answer as it came, and what was kept of it; *safe* takes secrets out."""
        head = "# What the model wrote\n\nNothing here has been checked by a person; `notes.md` holds what was kept."
        parts = [
            f"## Answer {number}\n\n{_listed(answer, safe)}" for number, answer in enumerate(self.answers, start=1)
        ]
        end = [wording(safe(self.failure), limit=_LONGEST)] if self.failure else []
        return "\n\n".join((head, *parts, *end)) + "\n"


def _listed(answer: Answer, safe: Callable[[str], str]) -> str:
    if answer.judgement is None:
        return wording(safe(answer.fault), limit=_LONGEST)
    return "\n".join(_lines(answer.judgement, safe))


def _lines(judgement: Judgement, safe: Callable[[str], str]) -> Iterator[str]:
    for line, objections in judgement.lines:
        ids = ", ".join(code(safe(id_)[:40] or "?") for id_ in line.ids) or "no change"
        against = safe("; ".join(one.text for one in objections))
        became = f"refused: {wording(against, limit=_LONGEST, is_start=False)}" if objections else "kept"
        section, text = wording(safe(line.section), limit=40), wording(safe(line.text), limit=_LONGEST, is_start=False)
        yield f"- {section}: {text} ({ids}) ({became})"
