"""A merge that was committed unfinished: where git's marks stand in a file, and the file with one side of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

# https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
_MARK = re.compile(r"(?P<sign>[<>|]{7}|={7})(?: (?P<name>.*))?$")


class _Stage(IntEnum):
    OUTSIDE = 0
    OURS = 1
    BASE = 2
    THEIRS = 3


class Side(StrEnum):
    """Which lines of a conflict stay."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines ``start`` to ``end`` (1-based, both included) of a file: two versions of a place, with their names."""

    start: int
    end: int
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    name: str
    other: str

    def lines(self, side: Side) -> tuple[str, ...]:
        """What stays of it."""
        return {Side.OURS: self.ours, Side.THEIRS: self.theirs, Side.BOTH: (*self.ours, *self.theirs)}[side]


def is_mark(line: str) -> bool:
    """Whether *line* is one of the four that git puts around the sides of a conflict."""
    return bool(_MARK.match(line))


def conflicts(text: str) -> tuple[Conflict, ...]:
    """The conflicts of *text*, each with both of its sides; what has a mark and no end is none."""
    return tuple(_found(text.split("\n")))


def settled(text: str, side: Side) -> str:
    """*text* with *side* of each conflict."""
    rows = text.split("\n")
    for conflict in reversed(conflicts(text)):
        rows[conflict.start - 1 : conflict.end] = conflict.lines(side)
    return "\n".join(rows)


def _found(rows: list[str]) -> Iterator[Conflict]:
    stage, begun, sides = _Stage.OUTSIDE, (0, ""), dict[_Stage, list[str]]()
    for number, row in enumerate(rows, 1):
        mark = _MARK.match(row)
        name = (mark["name"] or "") if mark else ""
        match mark["sign"][0] if mark else "", stage:
            case "<", _:
                stage, begun, sides = _Stage.OURS, (number, name), {one: [] for one in _Stage}
            case "|", _Stage.OURS:
                stage = _Stage.BASE
            case "=", _Stage.OURS | _Stage.BASE:
                stage = _Stage.THEIRS
            case ">", _Stage.THEIRS:
                ours, theirs = tuple(sides[_Stage.OURS]), tuple(sides[_Stage.THEIRS])
                yield Conflict(begun[0], number, ours, theirs, begun[1], name)
                stage = _Stage.OUTSIDE
            case _ if stage:
                sides[stage].append(row)
