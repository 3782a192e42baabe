"""The proposer that answers from a recording: to reproduce a run, to demonstrate one, to test without a model."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from agent_ci.core.questions.answer import cause
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.model.recording import Recorded, recorded
from agent_ci.ports import Workbench


class Replay:
    """Offers the replies recorded in *path*, in order, each as one call."""

    def __init__(self, *, path: Path) -> None:
        self._path = path

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer the recorded replies. Raises UsageError before the first where the file cannot be used."""
        del evidence, attempts, workbench  # a recording answers what was asked then
        for reply in tuple(map(_reply, recorded(self._path))):  # noqa: UP028 - `yield from` cannot be sent an attempt
            yield reply


def _reply(found: Recorded) -> Reply:
    return Reply("replay", found.text, found.cost, cause=found.cause or cause(found.text), objection=found.objection)
