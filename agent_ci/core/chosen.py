"""Which failing tests a run is to repair where root causes are named."""

from __future__ import annotations

from collections.abc import Iterable

from agent_ci.core.grouping import groups
from agent_ci.core.report import TestCase
from agent_ci.core.spelling import did_you_mean
from agent_ci.errors import UsageError

_MOST_NAMES = 8


def matching(cases: tuple[TestCase, ...], reported: Iterable[TestCase]) -> tuple[TestCase, ...]:
    """Those of *cases* that are among *reported*: by id, else by class and name, as other dialects name them."""
    others = tuple(reported)
    ids = {case.id for case in others}
    names = {(case.classname, case.name) for case in others}
    return tuple(case for case in cases if case.id in ids or (case.classname, case.name) in names)


def told_of(reported: tuple[TestCase, ...], fingerprints: tuple[str, ...]) -> tuple[TestCase, ...]:
    """Those of *reported* whose root cause has one of *fingerprints*, all where none is named."""
    if not fingerprints:
        return reported
    return tuple(case for group in groups(reported) if group.fingerprint in fingerprints for case in group.cases)


def of_groups(
    cases: tuple[TestCase, ...], reported: tuple[TestCase, ...], fingerprints: tuple[str, ...]
) -> tuple[TestCase, ...]:
    """Those of *cases* whose root cause has one of *fingerprints*, all where none is named.

    A cause has a name here and another one in a report whose tracebacks are written differently; both count.
    Raises UsageError, with the nearest known name, for a name that is neither.
    """
    if not fingerprints:
        return cases
    here = {group.fingerprint: group.cases for group in groups(cases)}
    told = {group.fingerprint for group in groups(reported)}
    for name in fingerprints:
        if name not in here and name not in told:
            raise UsageError(_unknown(name, tuple(dict.fromkeys((*here, *sorted(told))))))
    wanted = {case.id for name in fingerprints for case in here.get(name, ())}
    wanted |= {case.id for case in matching(cases, told_of(reported, fingerprints))}
    return tuple(case for case in cases if case.id in wanted)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    hint = did_you_mean(name, known)
    if not known:
        return f"--group {name!r} names no root cause: nothing fails here"
    shown = ", ".join(known[:_MOST_NAMES]) + (f" and {left} more" if (left := len(known) - _MOST_NAMES) > 0 else "")
    return f"--group {name!r} is no root cause of what fails here (there are: {shown}){hint}"
