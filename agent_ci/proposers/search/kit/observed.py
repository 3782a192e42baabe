"""What the cases did before any edit, and which of the passing ones know a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ....sandbox_kit.children import Message
from .operators import Candidate

_GUARDS_SECONDS = 5.0  # seconds of passing cases that every candidate which turns the red ones green must pass


@dataclass
class Observed:
    """The failing and the passing cases by id, each with its time, its outcome and the lines it ran.

    With ``has_cold``, some of the failing ones are not collected and need a fresh process.
    """

    red: dict[str, Message] = field(default_factory=dict)
    green: dict[str, Message] = field(default_factory=dict)
    has_cold: bool = False

    def seconds(self, ids: Sequence[str]) -> float:
        """How long *ids* took unedited."""
        known = {**self.red, **self.green}
        return sum(float(known[id_]["seconds"]) for id_ in ids if id_ in known)

    def telling(self, most: int) -> tuple[str, ...]:
        """At most *most* failing cases, first those of which no two executed the same lines, the quickest first."""
        quickest = sorted(self.red, key=lambda id_: (float(self.red[id_]["seconds"]), id_))
        apart: dict[str, str] = {}
        for id_ in quickest:
            apart.setdefault(repr(sorted(self.red[id_]["lines"].items())), id_)
        return tuple(dict.fromkeys((*apart.values(), *quickest)))[:most]

    def covering(self, candidate: Candidate) -> list[str]:
        """The passing cases that execute the edited line."""
        return [id_ for id_, one in self.green.items() if candidate.line in one["lines"].get(candidate.path, ())]

    def guards(self, candidate: Candidate, near: frozenset[str], killers: Mapping[str, int]) -> list[str]:
        """Those of them that objected most often, those in the files *near*, and the quick ones, while time allows."""
        covering = self.covering(candidate)
        covering.sort(key=lambda id_: (-killers[id_], id_.partition("::")[0] not in near, self.green[id_]["seconds"]))
        kept: list[str] = []
        seconds = 0.0
        for id_ in covering:
            seconds += float(self.green[id_]["seconds"])
            if seconds > _GUARDS_SECONDS:
                break
            kept.append(id_)
        return kept
