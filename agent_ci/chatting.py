"""Answers a comment that asks for something: who may is looked up; what to run is handed to the jobs that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent_ci import kept, registry
from agent_ci.core.asked_change import VARIABLE
from agent_ci.core.chat import Ask, Decision, Heard, asked_for, decided
from agent_ci.core.environment import model_keys
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.errors import UsageError
from agent_ci.outputs import OF_CHAT
from agent_ci.ports import People
from agent_ci.registry import Spoken

NOTHING: Mapping[str, str] = MappingProxyType(dict.fromkeys(OF_CHAT, ""))
"""The outputs where nothing is to be run."""

_VARIABLES = dict(zip(OF_CHAT, ("AGENT_CI_COMMAND", "AGENT_CI_HEAD", VARIABLE), strict=True))


@dataclass
class Chat:
    """One comment that somebody made. ``environment`` is the process's."""

    environment: Mapping[str, str]
    outward: Outward = field(init=False)

    def __post_init__(self) -> None:
        """Raises UsageError where a key of a model is around."""
        if names := model_keys(self.environment):
            raise UsageError(
                f"chat may write to the forge and must not hold the key of a model, and {names[0]} is in its "
                "environment; give it to the job that runs `agent-ci fix` alone"
            )
        self.outward = kept.outward(self.environment)

    def run(self) -> tuple[str, Mapping[str, str]]:
        """What was done, in one sentence, and the outputs for the jobs that follow.

        ``command`` is the word of ours that is to be run, ``head`` the commit to run it on and ``change`` the change
        request for the variable AGENT_CI_CHANGE; all are empty where nothing is to be run. None holds a character
        that means something to a shell. Raises UsageError outside of a job that a comment started,
        UnsupportedError for an event that cannot be read, and ForgeUnavailableError.
        """
        spoken = registry.spoken(self.environment)
        name = None if spoken.ask is None else asked_for(spoken.ask.text)
        if spoken.ask is None or name is None:
            return "the event is no new comment on a change request that asks for something", NOTHING
        people = registry.people(self.environment)
        heard = people.look_up(spoken.ask)
        if heard is None or heard.text.strip() != spoken.ask.text.strip():
            return "the comment is gone or was edited, and is not answered", NOTHING
        if heard.is_program or not heard.may_write:
            who = "a program" if heard.is_program else "somebody who may not write to this repository"
            return f"the comment is by {who}, and is not answered", NOTHING
        if heard.answer and spoken.mark not in heard.answer:
            return "another run answered this comment before", NOTHING
        decision = decided(name, heard.change, run_url=spoken.url, lacks=spoken.lacks)
        return self._answered(decision, spoken, spoken.ask, heard, people)

    def _answered(
        self, decision: Decision, spoken: Spoken, ask: Ask, heard: Heard, people: People
    ) -> tuple[str, Mapping[str, str]]:
        """Answer once, and have only the run that did so start something."""
        if decision.command == "stop":
            people.order(ask.number, "stop")  # so that it is not said to be before it is
        words = self.outward.to(Sink.COMMENT, decision.answer)
        if spoken.mark not in people.reply(ask, f"{ask.marker}\n{spoken.mark}\n{words}"):
            return "another run answered this comment at the same moment", NOTHING
        if decision.command in ("", "stop") or heard.change is None:
            return decision.answer, NOTHING
        people.order(ask.number, decision.command)
        values = (decision.command, heard.change.head, heard.change.encoded)
        return decision.answer, dict(zip(OF_CHAT, values, strict=True))


def as_variables(outputs: Mapping[str, str]) -> str:
    """*outputs* as the lines of a file of variables, for a forge that hands them on so."""
    return "\n".join(f"{variable}={outputs[name]}" for name, variable in _VARIABLES.items())
