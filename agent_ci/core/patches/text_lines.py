"""A file's bytes as lines that can be compared, changed and written back with every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

MAX_PLACES = 30
"""So many places of one hunk are looked at; where there are more, it is ambiguous."""
_MAX_COMPARISONS = 2_000_000

Key = Callable[[str], str]

# Control, zero-width and undecodable characters: prompts leave them out or replace them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffd\udc80-\udcff]+"
)


@dataclass(frozen=True, slots=True)
class Lines:
    r"""A file's lines: ``bodies`` without and ``ends`` with only the terminators ("\n", "\r\n", "")."""

    bodies: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> Lines:
        """The lines of *content*; bytes that are not UTF-8 are kept as lone surrogates."""
        pieces = content.decode("utf-8", "surrogateescape").split("\n")
        last = pieces.pop()
        bodies = [piece.removesuffix("\r") for piece in pieces]
        ends = ["\n" if len(body) == len(piece) else "\r\n" for body, piece in zip(bodies, pieces, strict=True)]
        return cls((*bodies, last), (*ends, "")) if last else cls(tuple(bodies), tuple(ends))

    @property
    def is_terminated(self) -> bool:
        """Whether the last line ends as the others do; so does an empty file."""
        return self.ends[-1:] != ("",)

    def pairs(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        """The lines from *start* to *stop*, each with its terminator."""
        return zip(self.bodies[start:stop], self.ends[start:stop], strict=True)

    def end_near(self, start: int, stop: int, offset: int) -> str:
        """The terminator for the added line number *offset* in place of the lines from *start* to *stop*."""
        nearby = (min(start + offset, stop - 1), start - 1, start, 0)
        known = (self.ends[at] for at in nearby if 0 <= at < len(self.ends) and self.ends[at])
        return next(known, "\n")


def exact(line: str) -> str:
    """A line compared as it is."""
    return line


def visible(line: str) -> str:
    """A line compared without what cannot be seen: trailing whitespace, control and broken characters."""
    return _UNSEEN.sub("", line).rstrip()


def bare(line: str) -> str:
    """A line compared without its indentation either."""
    return visible(line).lstrip()


class Index:
    """Where in a file each line stands, compared by one key."""

    def __init__(self, bodies: Sequence[str], key: Key) -> None:
        """Index *bodies* by *key*."""
        self.keys = tuple(map(key, bodies))
        self.positions: dict[str, list[int]] = {}
        for number, line in enumerate(self.keys):
            self.positions.setdefault(line, []).append(number)
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}

    def find(self, wanted: tuple[str, ...]) -> tuple[int, ...]:
        """The first MAX_PLACES line numbers, from 0, at which the keys *wanted* stand together."""
        if wanted not in self._known:
            self._known[wanted] = tuple(islice(self._starts(wanted), MAX_PLACES))
        return self._known[wanted]

    def stands_at(self, start: int, wanted: tuple[str, ...]) -> bool:
        """Whether the keys *wanted* stand together from line *start* on."""
        return start >= 0 and self.keys[start : start + len(wanted)] == wanted

    def rarest(self, wanted: Sequence[str]) -> int:
        """Which of *wanted* stands in the file least often."""
        return min(range(len(wanted)), key=lambda number: len(self.positions.get(wanted[number], ())))

    def _starts(self, wanted: tuple[str, ...]) -> Sequence[int]:
        if not wanted:
            return ()
        rarest = self.rarest(wanted)
        # bounded, so that a file of equal lines and a hunk of equal lines end in an objection and not in hours
        anchors = self.positions.get(wanted[rarest], ())[: max(MAX_PLACES, _MAX_COMPARISONS // len(wanted))]
        return [anchor - rarest for anchor in anchors if self.stands_at(anchor - rarest, wanted)]
