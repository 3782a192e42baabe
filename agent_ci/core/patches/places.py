"""Where a hunk stands in a file: at its exact lines, or where only what carries no meaning differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.patches.hunk import Hunk
from agent_ci.core.patches.indentation import SAME, Reindent, reindent
from agent_ci.core.patches.text_lines import MAX_PLACES, Index, Key, Lines, bare, exact, visible

MAX_DROPPED = 3
"""How many context lines at either end of a hunk may be wrong: git's own number of context lines."""
_MAX_REINDENTED = 100_000  # lines, over all places of a hunk


@dataclass(frozen=True, slots=True)
class Place:
    """Where *hunk* stands: its first old line is line ``at``, from 0, and its added lines get ``reindent``."""

    at: int
    hunk: Hunk
    reindent: Reindent = SAME


class Finder:
    """Finds hunks in one file."""

    def __init__(self, lines: Lines) -> None:
        """Look in *lines*."""
        self.lines = lines
        self._indexes: dict[Key, Index] = {}

    def index(self, key: Key) -> Index:
        """The file's lines by *key*, made when first asked for."""
        if key not in self._indexes:
            self._indexes[key] = Index(self.lines.bodies, key)
        return self._indexes[key]

    def starts(self, lines: Sequence[str], key: Key) -> tuple[int, ...]:
        """At which lines of the file *lines* stand together."""
        return self.index(key).find(tuple(map(key, lines)))

    def places(self, hunk: Hunk) -> tuple[Place, ...]:
        """The places of the whole hunk, by the strictest comparison that finds one.

        A hunk that stands at its stated line to the letter stands there, wherever else its lines are found.
        """
        stated = (hunk.old_start or 0) - 1
        if hunk.old and self.index(exact).stands_at(stated, hunk.old):
            return (Place(stated, hunk),)
        for key in (exact, visible):
            if starts := self.starts(hunk.old, key):
                return tuple(Place(start, hunk) for start in starts)
        return self._reindented(hunk)

    def loose_places(self, hunk: Hunk) -> tuple[Place, ...]:
        """The places of the hunk with as few outer context lines left out as possible."""
        for dropped in range(1, 2 * MAX_DROPPED + 1):
            found: dict[int, Place] = {}
            for top, trimmed in _trimmed(hunk, dropped):
                for place in self.places(trimmed):
                    found.setdefault(place.at - top, place)
            if found:
                return tuple(found[at] for at in sorted(found))
        return ()

    def _reindented(self, hunk: Hunk) -> tuple[Place, ...]:
        size = len(hunk.old)
        starts = self.starts(hunk.old, bare)
        if len(starts) > 1 and (len(starts) == MAX_PLACES or len(starts) * size > _MAX_REINDENTED):
            return tuple(Place(start, hunk) for start in starts)
        ways = ((start, reindent(hunk, self.lines.bodies[start : start + size])) for start in starts)
        return tuple(Place(start, hunk, way) for start, way in ways if way is not None)


def _trimmed(hunk: Hunk, dropped: int) -> Iterator[tuple[int, Hunk]]:
    """The ways to leave *dropped* outer context lines out, each with the number of those at the top."""
    head, tail = (len(marks) - len(marks.lstrip(" ")) for marks in (hunk.marks, hunk.marks[::-1]))
    for top in range(min(head, MAX_DROPPED, dropped) + 1):
        bottom = dropped - top
        if bottom <= min(tail, MAX_DROPPED) and bottom + top < len(hunk.lines):
            kept = slice(top, len(hunk.lines) - bottom)
            trimmed = replace(hunk, marks=hunk.marks[kept], lines=hunk.lines[kept], old_start=None)
            if _is_telling(trimmed):
                yield top, trimmed


def _is_telling(hunk: Hunk) -> bool:
    """Whether enough is left to find a place by: a removed line, or two lines of context."""
    kept = [mark for mark, line in zip(hunk.marks, hunk.lines, strict=True) if mark != "+" and line.strip()]
    return "-" in kept or len(kept) > 1


def settled(candidates: Sequence[tuple[Place, ...]]) -> tuple[tuple[Place, ...], ...]:
    """*candidates*, one entry per hunk, without the places that the order of the hunks rules out.

    Hunks of one diff stand in the order of the file; a hunk whose every place contradicts that keeps them.
    """
    kept = list(candidates)
    for number in range(1, len(kept)):
        if kept[number][0].hunk.follows and not _is_cut_off(kept[number]):
            earliest = min(place.at for place in kept[number - 1])
            below = tuple(place for place in kept[number] if place.at > earliest)
            kept[number] = below or kept[number]
    for number in range(len(kept) - 2, -1, -1):
        if kept[number + 1][0].hunk.follows and not _is_cut_off(kept[number + 1]):
            latest = max(place.at for place in kept[number + 1])
            above = tuple(place for place in kept[number] if place.at < latest)
            kept[number] = above or kept[number]
    return tuple(kept)


def _is_cut_off(places: Sequence[Place]) -> bool:
    """Whether there may be more places than were looked at, so that what is left of them proves nothing."""
    return len(places) >= MAX_PLACES
