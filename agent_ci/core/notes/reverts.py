"""Knows which changes of a range took each other back, so that notes do not tell of what is not there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agent_ci.core.notes.values import Commit, Unit

_TITLE = re.compile(r'^(?:revert: |Revert )"?(.+?)"?(?:\s*\([#!]\d+\))?$')
_COMMIT = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})")
_REQUEST = re.compile(r"^Reverts \S*?([#!]\d+)\b", re.MULTILINE)


def taken_back(units: tuple[Unit, ...], commits: Mapping[str, Commit]) -> Mapping[str, str]:
    """The ids of *units* (newest first) that are not told of, each with the reason; *commits* are theirs by id.

    A revert and what it takes back go together. A revert of a revert brings the first change back. A revert of what
    was released earlier is told of, since users see it, and so is one of a part of a change.
    """
    index = _Index(units, commits)
    gone: dict[str, str] = {}
    for place, unit in enumerate(units):
        if unit.id in gone or not is_revert(unit):
            continue
        meant = (units[other] for other in sorted(set(index.meant(unit))) if other > place)
        target = next((one for one in meant if one.id not in gone), None)
        if target is not None:
            gone[unit.id] = f"it takes back {target.id}, which is new in this range as well"
            gone[target.id] = f"it was taken back by {unit.id}"
    return gone


def is_revert(unit: Unit) -> bool:
    """Whether *unit* says of itself that it takes another change back."""
    return bool(_TITLE.match(unit.title) or _COMMIT.search(unit.body))


@dataclass
class _Index:
    """Where the changes are that a revert can mean: a long history holds many of both."""

    units: tuple[Unit, ...]
    commits: Mapping[str, Commit]
    ids: list[str] = field(init=False)
    of: Mapping[str, int] = field(init=False)
    titled: Mapping[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Look at each change once."""
        places = dict[str, list[int]]()
        for place, unit in enumerate(self.units):
            places.setdefault(unit.title, []).append(place)
        held = {commit: place for place, unit in enumerate(self.units) for commit in unit.commits}
        self.of = held | {unit.id: place for place, unit in enumerate(self.units)}
        self.ids, self.titled = sorted(held), places

    def meant(self, revert: Unit) -> Iterator[int]:
        """The places of what *revert* takes back: it names commits or a request, else it quotes a title."""
        yield from (self.of[request] for request in _REQUEST.findall(revert.body) if request in self.of)
        named = _COMMIT.findall(revert.body)
        found = {commit for name in named if (commit := self._commit(name))}
        yield from (place for commit in found if self._is_whole(self.units[place := self.of[commit]], found))
        if not named and (title := _TITLE.match(revert.title)):
            yield from self.titled.get(title[1], ())

    def _commit(self, name: str) -> str:
        """The commit that begins with *name*; empty where none does."""
        place = bisect_left(self.ids, name)
        return self.ids[place] if place < len(self.ids) and self.ids[place].startswith(name) else ""

    def _is_whole(self, unit: Unit, found: set[str]) -> bool:
        """Whether *found* are all of *unit*: its merge, or each other commit of it."""
        merges = {commit for commit in unit.commits if len(self.commits[commit].parents) > 1}
        return unit.head in merges & found or found >= set(unit.commits) - merges
