"""How a change fails: which tests are red with it and what they say, and how they failed before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent_ci.core.grouping import groups, settled
from agent_ci.core.outward.terminal import one_line
from agent_ci.core.report import TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence

Behaviour = frozenset[tuple[str, str, str, str]]
"""The red tests, each by its id, its status, what it says, and the innermost function that its failure passes."""

_MOST = 3  # tests that are named
_SHOWN = 80  # characters of a message
_LONGEST_NAME = 200
_BEFORE = 20  # of them before the place where two messages part


def behaviour(cases: Iterable[TestCase]) -> Behaviour:
    """How the red ones of *cases* fail; empty where none is red, or one says nothing by which it could be told."""
    red = [case for case in cases if case.status.is_red]
    if not all(_said(case) for case in red):
        return frozenset()
    return frozenset((case.id, str(case.status), settled(_said(case)), groups((case,))[0].place) for case in red)


def repeated(attempts: Sequence[Attempt]) -> dict[int, int]:
    """Which of *attempts* failed in exactly the way that another had, each by its index with that of the first."""
    first: dict[tuple[str, Behaviour], int] = {}
    found: dict[int, int] = {}
    for at, attempt in enumerate(attempts):
        seen = behaviour(_cases(attempt))
        if seen and (earlier := first.setdefault((attempt.group, seen), at)) != at:
            found[at] = earlier
    return found


def difference(evidence: Evidence, attempt: Attempt) -> str:
    """How the tests fail with the change of *attempt* in contrast to without it, in few words; empty if not known."""
    before, after = {case.id: case for case in evidence.targets}, {case.id: case for case in _cases(attempt)}
    if not before.keys() & after.keys():
        return ""
    if (seen := behaviour(after.values())) and seen == behaviour(before.values()):
        return "With it the tests fail exactly as they did without it."
    green = [id_ for id_ in before if id_ in after and not after[id_].status.is_red]
    changed = [line for id_ in before if id_ in after if (line := _changed(before[id_], after[id_]))]
    return "\n".join((*_named("These pass with it", green), *changed[:_MOST]))


def _cases(attempt: Attempt) -> tuple[TestCase, ...]:
    return (attempt.targets_after or TestReport()).cases


def _named(what: str, ids: Sequence[str]) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - _MOST} more" if len(ids) > _MOST else ""
        yield f"{what}: {', '.join(map(_name, ids[:_MOST]))}{more}."


def _changed(before: TestCase, after: TestCase) -> str:
    """What *after* says in the place of what *before* said, where both are red and each says something else."""
    old, new = one_line(settled(_said(before))), one_line(settled(_said(after)))
    if not after.status.is_red or old == new or not old or not new:
        return ""
    pairs = enumerate(zip(old, new, strict=False))
    parting = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    start = max(0, parting - _BEFORE)
    was, now = (f"`{text[start : start + _SHOWN]}`" for text in (old, new))
    return f"{_name(before.id)} says {now} instead of {was}."


def _name(id_: str) -> str:
    return one_line(id_)[:_LONGEST_NAME]


def _said(case: TestCase) -> str:
    """What was raised, with its values: pytest has it whole in the traceback, and others in the message."""
    lines = [line[1:].strip() for line in case.traceback.split("\n") if line.startswith("E ")]
    return "\n".join(lines) or case.message.strip()
