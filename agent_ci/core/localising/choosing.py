"""Which lines of the ranked pieces a reader is shown within an allowance: whole functions, and of long ones a part."""

from __future__ import annotations

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
_GAP = 9  # tokens of a mark that says which lines are left out
_FILE = 30  # tokens of what is around the first piece of a file: tags and marks
_AROUND = 4  # lines above and below a suspicious one
_LEAST = 120  # tokens; less of a piece explains nothing
_FIRST = 6  # so many pieces are shown in part where there is no room for the whole
_MOST = 30
# Where so much of the tokens is spent, a piece of usual length must be as likely as the best one. One of eight times
# its length must be twice as likely: the ranking is not sure enough of what it says for more than that.
_ENOUGH = 0.8
_USUAL = 200  # tokens
_DEARER = 1 / 3
_LEAST_SHARE = 0.4  # of the likeliest piece's score, however little is shown
_SUSPICIOUS = 0.9  # the least share of a function that holds a line as suspicious as any
_LEAST_SHARE_OF_ALL = 0.12  # the same where the tokens are there to be spent


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

    The more is shown, the likelier the next piece must be, as a share of the best score, and a long one more so than a
    short one. So a steep fall of the scores ends it early, and scores that are near to each other do not. A function
    whose lines are as suspicious as any counts as nearly as likely as the best. Where it *is_filled*, the tokens are
    spent however the scores fall.
    """
    spent = 0
    lines: dict[str, set[int]] = {}
    whole: list[Place] = []
    parts: list[Place] = []
    others: list[Place] = []
    ordered = tuple(places)
    best = max((place.score for place in ordered), default=0.0)
    hottest = max(map(_heat_of, ordered), default=0.0)
    for place in ordered:
        count = len(whole) + len(parts)
        share = place.score / best if best > 0 else 0.0
        if hottest > 0 and not is_filled:
            share = max(share, _SUSPICIOUS * _heat_of(place) / hottest)
        if count >= _MOST or share <= (_LEAST_SHARE_OF_ALL if is_filled else _LEAST_SHARE):
            others.append(place)
            continue
        rows = texts[place.path].split("\n")
        told = {*told_of(place.block), *place.block.header} - lines.get(place.path, set())
        cost = cost_of(told, rows) + (0 if place.path in lines else _FILE)
        long, room = (LONG, _PART) if count else (LONG_FIRST, _PART_OF_FIRST)
        is_dear = not is_filled and share < spent / (_ENOUGH * max(1, tokens)) * (min(cost, room) / _USUAL) ** _DEARER
        if not is_dear and cost <= min(tokens - spent, long):
            whole.append(place)
        elif not is_dear and tokens - spent >= _LEAST and (cost > long or count < _FIRST):
            part = part_of(place, rows, min(tokens - spent, room))
            told = {*part, *place.block.header} - lines.get(place.path, set())
            parts.append(place)
        else:
            others.append(place)
            continue
        spent += cost_of(told, rows) + (0 if place.path in lines else _FILE)
        lines.setdefault(place.path, set()).update(told)
    return Chosen(
        {path: frozenset(numbers) for path, numbers in lines.items()}, tuple(whole), tuple(parts), tuple(others)
    )


def _heat_of(place: Place) -> float:
    """How suspicious the most suspicious line of a function is."""
    return max(place.heat.values(), default=0.0) if place.block.is_function else 0.0


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
