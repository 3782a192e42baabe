"""Answers a comment that asks for something: who may is looked up, and what to run is handed to the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from agent_ci.core.chat import Standing, reaction_to, read_request
from agent_ci.core.outward.writer import Outward, Sink


class People(Protocol):
    """The people of a forge, as far as they speak to us. To write one: ask the forge, and never the event's payload."""

    def standing(self, login: str, number: int) -> Standing:
        """What *login* may do here, and the commit at the end of change request *number*.

        Raises ForgeUnavailableError where the forge does not answer.
        """
        ...

    def react(self, comment: int) -> None:
        """Show at *comment* that it was seen; twice is once."""
        ...

    def answer(self, number: int, marker: str, text: str) -> str:
        """Answer below change request *number*, once for *marker*, with which *text* begins; the answer's address."""
        ...


def heard(payload: Mapping[str, Any], people: People, outward: Outward) -> dict[str, str]:
    """The outputs for the workflow: ``job`` to run, on which ``commit``, for which ``number``; empty for nothing.

    Each is a word of ours, a commit id or a number, so that none can be more than that in a script.
    Raises ForgeUnavailableError.
    """
    nothing = {"job": "", "commit": "", "number": ""}
    request = read_request(payload)
    if request is None or request.is_bot:
        return nothing
    reaction = reaction_to(request, people.standing(request.login, request.number))
    if reaction.is_seen:
        people.react(request.comment)
    if reaction.answer:
        said = outward.to(Sink.COMMENT, reaction.answer)
        people.answer(request.number, request.marker, f"{request.marker}\n{said}")
    if not reaction.job:
        return nothing
    return {"job": reaction.job, "commit": reaction.commit, "number": str(request.number)}
