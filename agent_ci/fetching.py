"""Fetches what a red run left, or what a forge says of requests, with no key of a model and no code of the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import fetched, hosts, kept, registry, requested
from agent_ci.core.environment import model_keys
from agent_ci.core.notes.requests import ID
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import InfrastructureError, UsageError


@dataclass(frozen=True)
class Fetching:
    """One download into the folder *into*; None for the usual one. *of* is the run, None for that of the event.

    With ``requests`` it is what the forge says of these change requests, by id, of the *project* at that address.
    """

    environment: Mapping[str, str]
    of: int | None = None
    into: Path | None = None
    requests: tuple[str, ...] = ()
    project: str = ""

    @property
    def outward(self) -> Outward:
        """What makes texts fit to leave."""
        return kept.outward(self.environment)

    def run(self) -> str:
        """Fetch, and say what there is now. Raises AgentCIError, also where the key of a model is around."""
        if names := model_keys(self.environment):
            raise UsageError(
                f"fetch must not hold the key of a model, and {names[0]} is in its environment; give it to the step "
                "that runs `agent-ci fix` alone, since no process may have both that key and a token of the forge"
            )
        if self.requests:
            return self._told()
        folder = self.into or fetched.usual_folder(self.environment)
        if folder is None:
            raise UsageError("there is no usual folder for what is fetched here; name one outside of the checkout")
        found = registry.red_run(self.environment, self.of)
        try:
            there = fetched.keep(found, folder)
        except OSError as error:
            raise InfrastructureError(f"{folder} cannot be written ({error.strerror}); name another folder") from error
        return "\n".join((f"fetched {there.sentence} into {folder}", *there.notes))

    def _told(self) -> str:
        if strange := [one for one in self.requests if not ID.fullmatch(one)]:
            raise UsageError(f"--request {strange[0]!r} is no number of a change request; give it as #12 or !12")
        if self.into is None:
            raise UsageError("--request needs a new folder; name it with --into")
        heard = hosts.told(self.environment, self.project, self.requests[: hosts.MOST])
        try:
            requested.keep(heard.requests, heard.sentence, self.into)
        except OSError as error:
            raise InfrastructureError(f"{self.into} cannot be written ({error.strerror}); name a new folder") from error
        return heard.sentence
