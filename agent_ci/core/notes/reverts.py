"""Knows which changes of a range took each other back, so that notes do not tell of what is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent_ci.core.notes.values import Unit

_TITLE = re.compile(r'^(?:revert: |Revert )"?(.+?)"?(?:\s*\([#!]\d+\))?$')
_COMMIT = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})")
_REQUEST = re.compile(r"^Reverts \S*?([#!]\d+)\b", re.MULTILINE)


def taken_back(units: tuple[Unit, ...]) -> Mapping[str, str]:
    """The ids of *units* (newest first) that are not told of, each with the reason.

    A revert and what it takes back go together. A revert of a revert brings the first change back. A revert of what
    was released earlier is told of, since users see it.
    """
    gone: dict[str, str] = {}
    for index, unit in enumerate(units):
        if unit.id in gone or not is_revert(unit):
            continue
        older = units[index + 1 :]
        target = next((one for one in older if one.id not in gone and _means(unit, one)), None)
        if target is not None:
            gone[unit.id] = f"it takes back {target.id}, which is new in this range as well"
            gone[target.id] = f"it was taken back by {unit.id}"
    return gone


def is_revert(unit: Unit) -> bool:
    """Whether *unit* says of itself that it takes another change back."""
    return bool(_TITLE.match(unit.title) or _COMMIT.search(unit.body))


def _means(revert: Unit, unit: Unit) -> bool:
    named = _COMMIT.findall(revert.body)
    if any(commit.startswith(tuple(named)) for commit in unit.commits if named):
        return True
    if unit.id in _REQUEST.findall(revert.body):
        return True
    title = _TITLE.match(revert.title)
    return bool(title and not named and title[1] == unit.title)
