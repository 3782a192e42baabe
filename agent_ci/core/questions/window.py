"""Which part of a long file to show: its head, and the surroundings of the lines that matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_RADII = (400, 200, 120, 80, 50, 30, 20, 12, 8, 5, 3, 1)
_SHORTEST_GAP = 36  # characters; so few, and their line ends, take no more tokens than the mark in their place
_HEAD = 12  # lines: imports, or the package and class


def windowed(text: str, lines: Iterable[int], allowance: int) -> str:
    """*text*, or what fits in *allowance* characters of it around the 1-based *lines*, the gaps marked.

    Without lines the head is shown. The widest surroundings that fit are taken, equally wide around each line.
    """
    if len(text) <= allowance:
        return text
    rows = text.split("\n")
    wanted = [line for line in lines if 1 <= line <= len(rows)] or [1]
    for radius in _RADII:
        shown = _shown(rows, wanted, radius)
        if len(shown) <= allowance:
            return shown
    return _shown(rows, wanted, 0)[:allowance]


def _shown(rows: list[str], wanted: list[int], radius: int) -> str:
    numbers = {number for line in wanted for number in range(line - radius, line + radius + 1)}
    numbers |= set(range(1, min(_HEAD, radius) + 1))
    return with_gaps(rows, numbers)


def with_gaps(rows: Sequence[str], numbers: Iterable[int]) -> str:
    """The lines *numbers* (1-based) of *rows*, with a mark that names the lines left out wherever some are."""
    return "\n".join(_with_gaps(rows, sorted({number for number in numbers if 1 <= number <= len(rows)})))


def _with_gaps(rows: Sequence[str], numbers: list[int]) -> Iterator[str]:
    before = 0
    for number in numbers:
        yield from _gap(rows, before + 1, number - 1)
        yield rows[number - 1]
        before = number
    yield from _gap(rows, before + 1, len(rows))


def _gap(rows: Sequence[str], first: int, last: int) -> Iterator[str]:
    left_out = rows[first - 1 : last]
    if sum(len(row.strip()) + 1 for row in left_out) <= _SHORTEST_GAP:
        yield from left_out
    elif last == first:
        yield f"[... line {first} ...]"
    elif last > first:
        yield f"[... lines {first}-{last} ...]"
