"""Pairs of edits: candidates that repair some of the failing tests each, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ....sandbox_kit.source import Splice
from .bench import Prepared
from .operators import PAIR, Candidate

_MOST_OF_ONE_KIND = 12
_FARTHEST = 3_000  # bytes between the two: what is in between is part of the answer


@dataclass(frozen=True, slots=True)
class Stone:
    """A stepping stone: an edit, and the ids of the red cases that pass with it."""

    prepared: Prepared
    repaired: frozenset[str]


def pairs(
    stones: list[Stone], red: frozenset[str], known: Callable[[Candidate], bool], *, most: int
) -> Iterator[tuple[Prepared, Prepared, Candidate]]:
    """Two of *stones* each that together repair all of *red*, likeliest first, and both as one candidate.

    At most *most* of those that are not *known* yet.
    """
    kinds: dict[tuple[frozenset[str], str], list[Stone]] = {}
    for stone in stones:
        kept = kinds.setdefault((stone.repaired, stone.prepared.candidate.path), [])
        if len(kept) < _MOST_OF_ONE_KIND:
            kept.append(stone)
    few = [stone for kept in kinds.values() for stone in kept]
    found = [
        (first.prepared, second.prepared, both)
        for index, first in enumerate(few)
        for second in few[index + 1 :]
        if first.repaired | second.repaired == red and (both := _together(first.prepared, second.prepared))
    ]
    yield from sorted((one for one in found if not known(one[2])), key=lambda one: -one[2].rank)[:most]


def _together(first: Prepared, second: Prepared) -> Candidate | None:
    """Both edits as one splice; None where they stand in different files, touch, or are far from each other."""
    one, other = sorted((first.candidate, second.candidate), key=lambda candidate: candidate.splice.start)
    if one.path != other.path or one.splice.end >= other.splice.start:
        return None
    if other.splice.end - one.splice.start > _FARTHEST:
        return None
    between = first.source.data[one.splice.end : other.splice.start].decode()
    text = one.splice.replacement + between + other.splice.replacement
    splice = Splice(one.splice.start, other.splice.end, text)
    parts = (*(one.parts or (one,)), *(other.parts or (other,)))
    return Candidate(one.path, splice, PAIR, one.line, one.rank * other.rank, parts)
