"""The proposer that answers from a recording: to reproduce a run, to demonstrate one, to test without a model."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from agent_ci.core.claims import split
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.questions.answer import cause
from agent_ci.core.run import MODEL, REPLAY, Attempt, Evidence, Reply
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
        for number, found in enumerate(tuple(recorded(self._path)), start=1):
            if found.question_sha256 and (
                fault := self._difference(found, workbench.question((*found.tried, *attempts)))
            ):
                raise UsageError(f"reply {number} of {self._path}: {fault}")
            attempts += (_by_the_model((yield _reply(found))),)

    def _difference(self, found: Recorded, question: str) -> str:
        asked = (question, f"{question}\n\n{template('repeated.v1').render()}")
        return found.difference(*(self._outward.to(Sink.PROMPT, text) for text in asked))


def _by_the_model(attempt: Attempt) -> Attempt:
    """*attempt* as the question told of it when the model was asked."""
    is_ours = attempt.reply.proposer == REPLAY
    return replace(attempt, reply=replace(attempt.reply, proposer=MODEL)) if is_ours else attempt


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
