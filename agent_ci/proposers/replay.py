"""The proposer that answers from a recording: to reproduce a run, to demonstrate one, to test without a model."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from agent_ci.core.claims import split
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.questions.answer import cause
from agent_ci.core.questions.candidates import order
from agent_ci.core.run import MODEL, REPLAY, Attempt, Cost, Evidence, Reply
from agent_ci.errors import UsageError
from agent_ci.model.recording import Recorded, recorded
from agent_ci.ports import Workbench
from agent_ci.templates import template


class Replay:
    """Offers the replies recorded in *path*, in order, each as one call.

    Where its question was recorded as well, a reply is offered to that very question only: to what passes *outward*.
    """

    def __init__(self, *, path: Path, outward: Outward = Outward()) -> None:  # noqa: B008 - it is frozen
        self._path = path
        self._outward = outward

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer the recorded replies.

        Raises UsageError before the first where the file cannot be used, and for a reply to another question, with
        where that differs.
        """
        del evidence  # a recording answers what was asked then
        attempts = tuple(map(_by_the_model, attempts))
        number = 1
        for answers in _by_question(tuple(recorded(self._path))):
            found = answers[0]
            if found.question_sha256 and (
                fault := self._difference(found, workbench.question((*found.tried, *attempts)))
            ):
                raise UsageError(f"reply {number} of {self._path}: {fault}")
            number += len(answers)
            for reply in _to_try(answers):
                attempt = yield reply
                attempts += (_by_the_model(attempt),)
                if attempt.is_proven:
                    break

    def _difference(self, found: Recorded, question: str) -> str:
        asked = (question, f"{question}\n\n{template('repeated.v1').render()}")
        return found.difference(*(self._outward.to(Sink.PROMPT, text) for text in asked))


def _by_the_model(attempt: Attempt) -> Attempt:
    """*attempt* as the question told of it when the model was asked."""
    is_ours = attempt.reply.proposer == REPLAY
    return replace(attempt, reply=replace(attempt.reply, proposer=MODEL)) if is_ours else attempt


def _by_question(replies: tuple[Recorded, ...]) -> Iterator[tuple[Recorded, ...]]:
    """The replies that follow each other and answer the very same question, where that was recorded."""
    places = enumerate(replies)
    for _, answers in groupby(
        places, lambda place: (place[1].question_sha256, place[1].model) if place[1].question else place[0]
    ):
        yield tuple(found for _, found in answers)


def _to_try(answers: tuple[Recorded, ...]) -> Iterator[Reply]:
    """The replies as they were tried: each change once, the smallest first, which costs what all of them did."""
    chosen = [_reply(answers[at]) for at in order([found.text for found in answers])]
    cost = sum((found.cost for found in answers), Cost())
    for number, reply in enumerate(chosen):
        yield replace(reply, cost=Cost() if number else cost, candidate=number, candidates=len(chosen))


def _reply(found: Recorded) -> Reply:
    text, claims = split(found.text)
    return Reply(
        REPLAY,
        text,
        found.cost,
        cause=found.cause or cause(text),
        objection=found.objection,
        doubts=claims.doubts,
        model=found.model,
        claims=claims,
    )
