"""What is said of the edits that survive: which comes first, and how well the tests know the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .bench import Prepared
from .differing import Apart
from .meaning import is_far_fetched
from .observed import Observed
from .operators import REMOVALS, Candidate, spelled
from .wanted import Wanted

_MOST_COMPARED, _MOST_SIBLINGS = 8, 60
_TELLING = 2  # characters of a literal that are no accident


def place_of(prepared: Prepared) -> tuple[object, ...]:
    """The function that was edited, or the whole file."""
    return prepared.signature[:-1]


def preference(survivor: Prepared) -> tuple[bool, float, int]:
    """Sorts the better survivor first: one that removes nothing, that was likelier from the start, that is small."""
    return survivor.candidate.operator in REMOVALS, -survivor.candidate.rank, _size(survivor.candidate)


def best_of(survivors: Sequence[Prepared]) -> list[Prepared]:
    """The best of *survivors*, then those of its line, then the others, at most `_MOST_COMPARED`."""
    ordered = sorted(survivors, key=preference)
    rest = sorted(ordered[1:], key=lambda one: _line(one.candidate) != _line(ordered[0].candidate))
    return [*ordered[:1], *rest][:_MOST_COMPARED]


def siblings(survivors: Sequence[Prepared], ranked: Sequence[Candidate]) -> list[Candidate]:
    """What else of *ranked* is thought of in the line of the best survivor, if that needs no fresh process."""
    for first in [one for one in best_of(survivors)[:1] if one.is_warm]:
        near = (one for one in ranked if _line(one) == _line(first.candidate))
        return [one for one in near if not is_far_fetched(first.source, first.candidate, one)][:_MOST_SIBLINGS]
    return []


def _line(candidate: Candidate) -> tuple[str, int]:
    return candidate.path, candidate.line


def in_order(best: Sequence[Prepared], others: Apart) -> list[Prepared]:
    """*best* as they are offered: the first, then those that are, or may be, another program, then the rest."""
    return sorted(best, key=lambda one: (one is not best[0], one not in others.differing, one not in others.untold))


def is_worth_a_start(prepared: Prepared, survivors: Sequence[Prepared]) -> bool:
    """Whether an edit that needs a fresh process is tried: not where a likelier one survived, as that costs seconds."""
    return all(prepared.candidate.rank > one.candidate.rank for one in survivors)


def facts_of(prepared: Prepared) -> dict[str, Any]:
    """The edit itself."""
    candidate = prepared.candidate
    return {**spelled(candidate), "rank": round(candidate.rank, 4), "size": _size(candidate)}


def standing(prepared: Prepared, seen: Observed, wanted: Wanted) -> dict[str, Any]:
    """How well the tests know the edited place, for whoever decides how far a survivor is trusted."""
    tests = len(seen.red) + len(seen.covering(prepared.candidate))
    parts = [spelled(part) for part in prepared.candidate.parts]
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
