"""Offers what is known without a model: a tool's own repair, what a message implies, and the versions from before."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from agent_ci.core.codebase import Codebase
from agent_ci.core.moved_pins import moved
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.core.snapshots import storing, suggestion
from agent_ci.ports import Workbench
from agent_ci.proposers.autofix import messages, tooling, unmerged

_MOST_PINS = 5


@dataclass(frozen=True)
class Autofix:
    """Settles an unfinished merge, has a tool repair what it finds, reads error messages and what changed; no model.

    *prepare* brings into a copy of the tree what is installed for the checkout, and *job* are the variables of the job,
    for the places of caches.
    """

    prepare: Callable[[Path], None] = lambda _copy: None
    job: Mapping[str, str] = field(default_factory=dict)

    def propose(
        self, evidence: Evidence, _attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer what the tool makes, what the messages imply, and each version that changed as it was before.

        Where a stored snapshot is what differs, the last reply says so, and how a person stores it anew.
        """
        for reply in unmerged.repaired(evidence, workbench):
            yield reply
        yield from tooling.repaired(evidence, workbench, self.prepare, self.job)
        for reply in chain(messages.repaired(evidence, workbench), _pinned_back(evidence, workbench)):
            yield reply
        if command := next(
            filter(None, (storing(f"{case.message}\n{case.traceback}") for case in evidence.targets)), ""
        ):
            yield Reply("autofix", objection=suggestion(command))


def _pinned_back(evidence: Evidence, workbench: Workbench) -> Iterator[Reply]:
    """The packages whose pinned version changed since the base, which is green: each back alone, then all of them."""
    sources = Codebase(workbench.tree.paths(), workbench.tree.read)
    found = moved(evidence.diff)[:_MOST_PINS]
    for pins in [*((pin,) for pin in found), *([found] if len(found) > 1 else [])]:
        texts = sources
        for pin in pins:
            texts = texts.after(pin.path, pin.back(texts.text(pin.path)))
        if text := sources.diff(texts.edited):
            told = ", ".join(f"{pin.new} was {pin.old}" for pin in pins)
            yield Reply("autofix", text, cause=f"the tests passed with the versions before: {told}")
