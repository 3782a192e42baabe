"""Which tests a person wants to see side by side: before, in the control runs, after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_ci.core.views.account import Account

STATUSES = ("failed", "errored", "skipped", "passed")
_MOST = 200
_TONES = {"passed": "good", "failed": "bad", "errored": "bad", "skipped": "mixed"}


def rows_of(account: Account) -> tuple[tuple[tuple[str, ...], ...], int]:
    """A row for each test that was red or whose outcome changed, at most 200; and how many tests have none.

    A row is the id, its status before, one cell for the control runs of each side ("red in 8 of 8"), and its status
    after where something was proven.
    """
    before, after = _statuses(account.before), _statuses(account.after)
    wanted = dict.fromkeys((*account.targets, *_of_interest(before, after)))
    ids = [*wanted][:_MOST]
    sides = [[run for run in account.controls if run.side == runs.side] for runs in account.runs]
    rows = []
    for id_ in ids:
        reds = [sum(id_ in run.red for run in runs) for runs in sides]
        seen = [sum(id_ in run.red or id_ in run.green for run in runs) for runs in sides]
        controls = (f"red in {red} of {count}" if count else "not run" for red, count in zip(reds, seen, strict=True))
        row = (id_, before.get(id_, "absent"), *controls)
        rows.append((*row, after.get(id_, "absent")) if after else row)
    return tuple(rows), len(before.keys() | after.keys()) - len(ids)


def cells(text: str) -> str:
    """The tone of a cell: good, bad, mixed, or none."""
    if text.startswith("red in "):
        red, _, count = text.removeprefix("red in ").partition(" of ")
        return "good" if red == "0" else "bad" if red == count else "mixed"
    return _TONES.get(text, "")


def _statuses(side: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The status by id; a test that is listed twice keeps its worst."""
    return {id_: status for status in reversed(STATUSES) for id_ in side.get(status, ())} if side else {}


def _of_interest(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    red = ("failed", "errored")
    yield from (id_ for id_, status in before.items() if status in red)
    if after:
        yield from (id_ for id_, status in after.items() if status in red or before.get(id_) != status)
