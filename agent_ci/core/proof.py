"""What counts as proof of a repair: exact sets of test ids, before and after, under the original tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent_ci.core.report import Status, TestReport


def is_within(id_: str, container: str) -> bool:
    """Whether *id_* is *container* or a case in it: in that file or class, or of that parametrised test."""
    return id_ == container or id_.startswith((f"{container}::", f"{container}["))


def unproven(before: TestReport, after: TestReport, *, tolerated: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Why *after* does not prove a repair of *before*; one sentence each, empty when it does.

    Every case that ran before (red or green) must be present and pass, and nothing new may be red:
    fail-to-pass and pass-to-pass over exact sets of ids. A deleted, renamed, skipped or deselected test
    therefore is an objection, and so is a report that could not be read to its end. *tolerated* are cases
    that were red before and are no part of the repair: they must still run, and may stay red.
    """
    return (
        *(f"the report after the change is partial: {reason}" for reason in after.partial),
        *(f"the report {side} the change does not hold every case" for side in _incomplete(before, after)),
        *_changed(before, after, tolerated),
        *_thinned(before, after),
        *_new_red(before, after),
    )


def _incomplete(before: TestReport, after: TestReport) -> Iterator[str]:
    if not before.is_complete:
        yield "before"
    if not after.partial and not after.is_complete:
        yield "after"


def _changed(before: TestReport, after: TestReport, tolerated: frozenset[str]) -> Iterator[str]:
    for id_, old in sorted(before.statuses.items()):
        new = after.statuses.get(id_)
        if old is Status.SKIPPED or new is Status.PASSED:
            continue
        if new is None and not (old.is_red and _collects_again(id_, after)):
            yield f"{id_} ran before the change and is missing after it"
        elif new is Status.SKIPPED:
            yield f"{id_} ran before the change and is skipped after it"
        elif new is not None and id_ not in tolerated:
            yield f"{id_} is still red" if old.is_red else f"{id_} passed before the change and {new} after it"


def _thinned(before: TestReport, after: TestReport) -> Iterator[str]:
    """Ids that several cases share, as some dialects allow, and that fewer of them now pass under."""
    ran = Counter(case.id for case in before.cases if case.status is not Status.SKIPPED)
    passes = Counter(case.id for case in after.cases if case.status is Status.PASSED)
    for id_, count in sorted(ran.items()):
        if after.statuses.get(id_) is Status.PASSED and passes[id_] < count:
            yield f"{id_} names {count} cases that ran before the change, and {passes[id_]} that pass after it"


def _collects_again(container: str, after: TestReport) -> bool:
    """Whether *container*, a file that could not be imported before, now yields cases."""
    return any(is_within(id_, container) for id_ in after.statuses)


def _new_red(before: TestReport, after: TestReport) -> Iterator[str]:
    for id_, status in sorted(after.statuses.items()):
        if status.is_red and before.statuses.get(id_, Status.SKIPPED) is Status.SKIPPED:
            yield f"{id_} did not run before the change and {status} after it"
