"""Which lines of the ranked pieces a reader is shown within an allowance: whole functions, and of long ones a part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent_ci.core.budget import CHARACTERS_PER_TOKEN
from agent_ci.core.localising.blocks import Block
from agent_ci.core.localising.ranking import Place

LONG = 1_700
"""Tokens from which on a function is not shown whole."""

LONG_FIRST = 2_400
"""The same for the likeliest one, of which a part is seldom enough: to ask for the rest costs a whole question."""

_PART_OF_FIRST = 1_000  # tokens of a function that is longer
_PART = 500  # tokens of one that is not the likeliest
_PART_OF_STATEMENT = 150  # tokens of what stands outside of functions, such as a table
_GAP = 9  # tokens of a mark that says which lines are left out
_FILE = 30  # tokens of what is around the first piece of a file: tags and marks
_AROUND = 4  # lines above and below a suspicious one
_LEAST = 120  # tokens; less of a piece explains nothing
_FIRST = 6  # so many pieces are shown in part where there is no room for the whole
_MOST = 30
_LEAST_SHARE_OF_ALL = 0.12  # of the best score, where the tokens are there to be spent

# What it costs not to show what has to change, where there is the usual room: the question is asked again, with more
# code, and some are then not repaired at all. A piece is worth its tokens where they are fewer than this by its chance
# to be what has to change. With twice the room it is four times as much: the question is a second one, which costs
# more, and as what was likelier was shown in vain, each that was not is likelier than it was.
_MISS, _USUAL_ROOM = 10_000, 2_800  # tokens
# That chance, by the share of the best score that a piece has at least. Counted of 1,500 functions that the failing
# tests of 57 cases of `bench.context` execute, and made to fall evenly: 0.16 of those from 0.8 on had to change, 0.05
# of those from 0.6, 0.015 of those from 0.4, and none of 560 from 0.2, which are left to a wider question. Of what
# stands outside of functions and the likeliest functions use, it was one of fifty.
_CHANCES = ((0.85, 0.17), (0.75, 0.1), (0.65, 0.05), (0.55, 0.03), (0.4, 0.016), (0.2, 0.002))
_CHANCES_OUTSIDE = ((0.85, 0.17), (0.24, 0.02))
_SHORTEST = 20  # tokens; what is shorter is not worth more


@dataclass(frozen=True)
class Chosen:
    """The *lines* (1-based) to show, by path, the file of the likeliest piece first.

    ``whole`` and ``parts`` are the pieces that they are of, and ``others`` are those that come next.
    """

    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    whole: tuple[Place, ...] = ()
    parts: tuple[Place, ...] = ()
    others: tuple[Place, ...] = ()


def chosen(places: Iterable[Place], texts: Mapping[str, str], *, tokens: int, is_filled: bool = False) -> Chosen:
    """What of *places*, the likeliest first, fits into so many *tokens* and is likely enough to be worth them.

    The likeliest piece is always shown. Of the others, each that has to change so likely that to leave it out would
    cost more tokens than to show it: many short functions, and long ones only where they are likely. Where there is
    no room for all of them, those of the most chance for their length come first. Where it *is_filled*, the tokens are
    spent in the order of the scores, however these fall.
    """
    ordered = tuple(places)
    best = max((place.score for place in ordered), default=0.0)
    shown = _Shown(texts, tokens)
    if is_filled:
        worth = {index: math.inf for index, one in enumerate(ordered) if one.score > _LEAST_SHARE_OF_ALL * best}
        queue = [*worth]
    else:
        chances = {index: _chance(one, one.score / best) for index, one in enumerate(ordered) if best > 0}
        miss = _MISS * max(1.0, tokens / _USUAL_ROOM) ** 2
        worth = {index: miss * chance for index, chance in chances.items() if chance}
        worth |= {0: math.inf} if worth else {}
        costs = {index: max(_SHORTEST, shown.cost(ordered[index])) for index in worth}
        queue = sorted(worth, key=lambda index: (-worth[index] / math.sqrt(costs[index]), index))
    whole, parts = set[int](), set[int]()
    for index in queue:
        is_first = not whole | parts
        if len(whole) + len(parts) < _MOST and (kind := shown.add(ordered[index], worth[index], is_first=is_first)):
            (whole if kind == "whole" else parts).add(index)
    others = (one for index, one in enumerate(ordered) if index not in whole | parts)
    return Chosen(
        {path: frozenset(numbers) for path, numbers in shown.lines.items()},
        tuple(ordered[index] for index in sorted(whole)),
        tuple(ordered[index] for index in sorted(parts)),
        tuple(others),
    )


def _chance(place: Place, share: float) -> float:
    """How likely a piece that has such a *share* of the best score has to change."""
    chances = _CHANCES if place.block.is_function else _CHANCES_OUTSIDE
    return next((chance for least, chance in chances if share >= least), 0.0)


@dataclass(slots=True)
class _Shown:
    """The *lines* of *texts* that are shown so far, by path, of the so many *tokens* that there is room for."""

    texts: Mapping[str, str]
    tokens: int
    lines: dict[str, set[int]] = field(default_factory=dict)
    pieces: int = 0

    def cost(self, place: Place) -> int:
        """About how many tokens it takes to show *place* whole."""
        return self._cost_of(place, told_of(place.block))

    def add(self, place: Place, worth: float, *, is_first: bool) -> str:
        """Show *place* where it is *worth* its tokens: "whole", a "part" of a long one, or nothing of it.

        Not the whole of a long one is dearer than its part, so that the part may be worth it alone.
        """
        cost = self.cost(place)
        long, room = (LONG_FIRST, _PART_OF_FIRST) if is_first else (LONG, _PART)
        if not place.block.is_function:
            long = room = long if is_first else _PART_OF_STATEMENT
        told = told_of(place.block)
        if cost <= min(self.tokens, long) and cost < worth:
            kind = "whole"
        elif self.tokens >= _LEAST and min(cost, room) < worth and (cost > room or self.pieces < _FIRST):
            kind = "part"
            rows = self.texts[place.path].split("\n")
            told = part_of(place, rows, min(self.tokens, room))
        else:
            return ""
        self.tokens -= self._cost_of(place, told)
        self.pieces += 1
        self.lines.setdefault(place.path, set()).update(told, place.block.header)
        return kind

    def _cost_of(self, place: Place, told: Iterable[int]) -> int:
        """What *told* and what stands around it take, beside what is shown already."""
        known = self.lines.get(place.path, set())
        cost = cost_of({*told, *place.block.header} - known, self.texts[place.path].split("\n"))
        return cost + (0 if place.path in self.lines else _FILE)


def told_of(block: Block) -> frozenset[int]:
    """The lines of *block* without its docstring, of which the first line stays, and all of it where it is short."""
    first, last = block.docstring
    cut = range(first + 1, last + 1) if last - first > 1 else range(0)
    return frozenset(line for line in block.lines if line not in cut)


def cost_of(numbers: Iterable[int], rows: Sequence[str]) -> int:
    """About how many tokens the lines *numbers* of *rows* take, with the marks of the gaps between them."""
    ordered = sorted(number for number in numbers if number <= len(rows))
    gaps = sum(1 for one, next_ in pairwise(ordered) if next_ > one + 1) + bool(ordered)
    return sum(len(rows[number - 1]) + 1 for number in ordered) // CHARACTERS_PER_TOKEN + gaps * _GAP


def part_of(place: Place, rows: Sequence[str], tokens: int) -> frozenset[int]:
    """The first line of the piece and as much around its most suspicious lines as so many *tokens* hold."""
    block = place.block
    told = told_of(block)
    signature = frozenset(line for line in range(block.first, min(block.body, block.first + 8)) if line in told)
    taken = {block.first, *signature}
    heat = {line: sum(place.heat.get(near, 0.0) for near in range(line - 2, line + 3)) for line in told}
    for line in sorted(told, key=lambda line: (-heat[line], line)):
        wider = taken | {near for near in range(line - _AROUND, line + _AROUND + 1) if near in told}
        if cost_of(wider, rows) > tokens:
            break
        taken = wider
    return frozenset(taken)
