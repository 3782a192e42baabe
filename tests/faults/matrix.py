"""The fault matrix: every cell, every fault that is proven elsewhere, and the rows of the table of both."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults import change_faults, machine_faults, model_faults, report_faults, repository_faults, signals
from tests.faults.lab import Cell, Elsewhere, Stage

_PARTS = (signals, machine_faults, repository_faults, report_faults, model_faults, change_faults)
CELLS: tuple[Cell, ...] = tuple(cell for part in _PARTS for cell in part.CELLS)
ELSEWHERE: tuple[Elsewhere, ...] = tuple(row for part in _PARTS for row in (() if part is signals else part.ELSEWHERE))
HEAD = ("stage", "fault", "end", "and", "proven by")


def rows() -> Iterator[tuple[str, ...]]:
    """The table of the page, stage by stage: what is promised, and which test proves it."""
    for stage in Stage:
        for cell in (cell for cell in CELLS if cell.stage is stage):
            end = f"`{cell.outcome}` ({cell.outcome.exit_code})"
            yield stage, cell.fault, end, cell.promise, "the matrix" + (", as root" if cell.needs_root else "")
        for row in (row for row in ELSEWHERE if row.stage is stage):
            yield stage, row.fault, "", row.promise, f"`{row.test}`"
