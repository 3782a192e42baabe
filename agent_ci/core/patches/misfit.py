"""Why a hunk stands nowhere or in too many places, said so that its author can write a better one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from agent_ci.core.patches.diff import FileEdit, Hunk
from agent_ci.core.patches.places import Finder, Place
from agent_ci.core.patches.text_lines import bare, visible

_SHOWN = 5
_LONGEST = 200
_MOST_LINES = 20_000
_MOST_COMPARED = 20
_LEAST_SIMILAR = 0.5
_WORD = re.compile(r"\w+")


def ambiguity(edit: FileEdit, number: int, places: Sequence[Place]) -> str:
    """The objection to a hunk that stands in several places."""
    numbers = [str(place.at + 1) for place in places]
    shown = numbers[:_SHOWN] if len(numbers) > _SHOWN + 1 else numbers[:-1]
    last = f"{len(numbers) - _SHOWN} more places" if len(numbers) > _SHOWN + 1 else numbers[-1]
    return f"{_name(edit, number)} matches at lines {', '.join(shown)} and {last}; add more context lines"


def standing_change(edit: FileEdit, number: int, finder: Finder) -> str | None:
    """The objection to a hunk whose result the file holds already; None where it does not."""
    hunk = edit.hunks[number]
    added, removed = _marked(hunk, "+"), _marked(hunk, "-")
    starts = finder.starts(hunk.new, visible)
    if not starts or not any(line.strip() for line in added or hunk.new):
        return None
    if not added and any(finder.starts((line,), bare) for line in removed if line.strip()):
        return None
    name, line = _name(edit, number), starts[0] + 1
    if removed and added and (edit.is_swapped or "+-" in hunk.marks):
        return f"{name} is reversed: line {line} on holds what it adds, not what it removes; swap - and +"
    if added:
        return f"{name} is already applied: the file holds its new lines from line {line} on"
    return f"{name} is already applied: the lines it removes are not there, and line {line} on is as it wants"


def misfit(edit: FileEdit, number: int, finder: Finder) -> str:
    """The objection to a hunk that stands nowhere: its first line that is not there, or what parts its lines."""
    hunk = edit.hunks[number]
    name = _name(edit, number)
    if not any(line.strip() for line in hunk.old):
        return f"{name} has no context and no removed line to be found by; add the lines around the change"
    known = finder.index(bare).positions
    missing = next((line for line in hunk.old if line.strip() and bare(line) not in known), None)
    if missing is not None:
        return f"{name} does not fit: its line {_quoted(missing)} is not in the file{_nearest(missing, hunk, finder)}"
    if starts := finder.starts(hunk.old, bare):
        return (
            f"{name} stands at line {starts[0] + 1}, but its lines are indented unevenly against the file's; "
            "copy the indentation from the file"
        )
    return f"{name} does not fit: {_parting(hunk, finder)}"


def _name(edit: FileEdit, number: int) -> str:
    return f"the hunk for {edit.path}" if len(edit.hunks) == 1 else f"hunk {number + 1} for {edit.path}"


def _marked(hunk: Hunk, wanted: str) -> list[str]:
    return [line for mark, line in zip(hunk.marks, hunk.lines, strict=True) if mark == wanted]


def _quoted(line: str) -> str:
    return repr(line if len(line) <= _LONGEST else line[:_LONGEST] + "...")


def _nearest(line: str, hunk: Hunk, finder: Finder) -> str:
    keys = finder.index(bare).keys
    stated = (hunk.old_start or 1) - 1
    window = range(*slice(max(0, stated - _MOST_LINES // 2), stated + _MOST_LINES // 2).indices(len(keys)))
    candidates = ((keys[at][:_LONGEST], at - stated) for at in window)
    distance = _most_similar(bare(line)[:_LONGEST], candidates)
    if distance is None:
        return ""
    at = stated + distance
    return f"; the nearest is line {at + 1}: {_quoted(finder.lines.bodies[at])}"


def _most_similar(line: str, candidates: Iterable[tuple[str, int]]) -> int | None:
    """The distance of the candidate most like *line*, by words first and characters then; None without one.

    *candidates* are texts with their distances in lines; of equals the closest wins.
    """
    words = set(_WORD.findall(line))
    rows = ((len(words & set(_WORD.findall(text))), text, distance) for text, distance in candidates)
    related = sorted((row for row in rows if row[0]), key=lambda row: (-row[0], abs(row[2])))
    ratios = (
        (difflib.SequenceMatcher(None, line, text, autojunk=False).ratio(), -abs(distance), distance)
        for _, text, distance in related[:_MOST_COMPARED]
    )
    ratio, _, distance = max(ratios, default=(0.0, 0, 0))
    return distance if ratio >= _LEAST_SIMILAR else None


def _parting(hunk: Hunk, finder: Finder) -> str:
    """Where the hunk's lines, each of which is in the file, stop to stand together."""
    index = finder.index(bare)
    wanted = [bare(line) for line in hunk.old]
    rarest = index.rarest(wanted)
    runs = (
        (_agreeing(wanted, index.keys, at - rarest), at - rarest)
        for at in index.positions[wanted[rarest]][:_MOST_COMPARED]
    )
    agreeing, start = max(runs)
    there = max(0, start) + agreeing
    is_inside = there < len(index.keys)
    where = f"line {there + 1} of the file is {_quoted(finder.lines.bodies[there])}" if is_inside else "the file ends"
    return f"its lines are all in the file, but not together; {where} where the hunk has {_quoted(hunk.old[agreeing])}"


def _agreeing(wanted: Sequence[str], keys: Sequence[str], start: int) -> int:
    """How many of *wanted* stand from *start* on before the first that differs."""
    if start < 0:
        return 0
    there = keys[start : start + len(wanted)]
    return next((at for at, (one, two) in enumerate(zip(wanted, there, strict=False)) if one != two), len(there))
