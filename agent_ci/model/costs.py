"""What an exchange with a model costs: as its endpoint counts, or as the length of its texts lets one guess."""

from __future__ import annotations

from agent_ci.core.budget import tokens_of
from agent_ci.core.run import Cost
from agent_ci.model.faults import FaultError, FaultKind
from agent_ci.model.transport import Answer


def cost_of(answer: Answer, messages: tuple[tuple[str, str], ...]) -> Cost:
    """What *answer* cost, with an estimate where the endpoint does not count."""
    prompt = answer.prompt_tokens if answer.prompt_tokens is not None else prompt_tokens(messages)
    completion = answer.completion_tokens if answer.completion_tokens is not None else tokens_of(answer.text)
    return Cost(1, prompt, completion, answer.usd, cached_tokens=answer.cached_tokens)


def cost_of_fault(fault: FaultError, messages: tuple[tuple[str, str], ...]) -> Cost:
    """A request that may have been worked on is paid for, at a price nobody told; a refused one is free.

    One that was too dear to be made is no call.
    """
    if fault.kind is FaultKind.TOO_DEAR:
        return Cost()
    was_worked_on = fault.kind in _WORKED_ON or (fault.kind is FaultKind.UNREACHABLE and fault.status is not None)
    return Cost(1, prompt_tokens(messages), 0, None) if was_worked_on else Cost(1)


def prompt_tokens(messages: tuple[tuple[str, str], ...]) -> int:
    """An estimate of the tokens in *messages*."""
    return sum(tokens_of(text) for _, text in messages)


_WORKED_ON = {FaultKind.LATE, FaultKind.GARBLED, FaultKind.TOO_LARGE}
