"""What is said of the edits that survive: which comes first, and how well the tests know the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .bench import Prepared
from .observed import Observed
from .operators import REMOVALS, Candidate
from .wanted import Wanted

_TELLING = 2  # characters of a literal that are no accident


def place_of(prepared: Prepared) -> tuple[object, ...]:
    """The function that was edited, or the whole file."""
    return prepared.signature[:-1]


def preference(survivor: Prepared) -> tuple[bool, float, int]:
    """Sorts the better survivor first: one that removes nothing, that was likelier from the start, that is small."""
    return survivor.candidate.operator in REMOVALS, -survivor.candidate.rank, _size(survivor.candidate)


def in_order(best: Sequence[Prepared], others: Sequence[Prepared]) -> list[Prepared]:
    """*best* as they are offered: the first, then those in *others*, which are another program, then the rest."""
    return sorted(best, key=lambda one: (one is not best[0], one not in others))


def is_worth_a_start(prepared: Prepared, survivors: Sequence[Prepared]) -> bool:
    """Whether an edit that needs a fresh process is tried: not where a likelier one survived, as that costs seconds."""
    return all(prepared.candidate.rank > one.candidate.rank for one in survivors)


def facts_of(prepared: Prepared) -> dict[str, Any]:
    """The edit itself."""
    candidate = prepared.candidate
    return {**_edit(candidate), "rank": round(candidate.rank, 4), "size": _size(candidate)}


def _edit(candidate: Candidate) -> dict[str, Any]:
    splice = candidate.splice
    return {
        "path": candidate.path,
        "start": splice.start,
        "end": splice.end,
        "replacement": splice.replacement,
        "operator": candidate.operator,
        "line": candidate.line,
    }


def standing(prepared: Prepared, seen: Observed, wanted: Wanted) -> dict[str, Any]:
    """How well the tests know the edited place, for whoever decides how far a survivor is trusted."""
    tests = len(seen.red) + len(seen.covering(prepared.candidate))
    parts = [_edit(part) for part in prepared.candidate.parts]
    return {"tests": tests, "copied": _is_copied(prepared, wanted), "parts": parts}


def _is_copied(prepared: Prepared, wanted: Wanted) -> bool:
    """Whether the edit brings in a literal that a failing test holds and the file did not."""
    source = prepared.source.data.decode("utf-8", "replace")
    replacement = prepared.candidate.splice.replacement
    literals = (*wanted.values, *(repr(word) for word in wanted.words))
    telling = (text.strip("'\"") for text in literals)
    return any(len(text) >= _TELLING and text in replacement and text not in source for text in telling)


def _size(candidate: Candidate) -> int:
    return candidate.splice.end - candidate.splice.start + len(candidate.splice.replacement)
