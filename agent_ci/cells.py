"""Reads what the cells of a plan left behind: evidence and patch of each, held against each other and the commit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import handover
from agent_ci.clone import Clone
from agent_ci.core.cell_run import CellRun, read_cell_run
from agent_ci.core.change import Patch
from agent_ci.core.joining import Part
from agent_ci.core.plan import Plan, PlannedCell, read_plan
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.files import open_regular
from agent_ci.process import ToolError

_MAX_BYTES = 200_000_000


def plan_in(path: Path) -> Plan:
    """The plan in the file *path*. Raises UsageError."""
    try:
        with open_regular(path, root=path.parent, max_bytes=_MAX_BYTES) as file:
            return read_plan(file.read(_MAX_BYTES).decode("utf-8", "surrogateescape"), source=str(path))
    except UnsupportedError as error:
        raise UsageError(f"--plan {error}") from error


@dataclass(frozen=True)
class Given:
    """What one folder holds: the run, and the bytes of its patch, or why nothing of it can be used."""

    folder: Path
    run: CellRun | None = None
    content: bytes = b""
    lost: str = ""


def given(folder: Path) -> Given:
    """What *folder* holds. Whatever is wrong with it is a sentence."""
    try:
        handed = handover.read(folder / "evidence.json", root=folder)
        return Given(folder, read_cell_run(handed.document), handed.patch or b"")
    except UnsupportedError as error:
        return Given(folder, lost=str(error))
    except ValueError as error:
        return Given(folder, lost=f"{folder / 'evidence.json'} cannot be believed: {error}")


def parts_of(found: tuple[Given, ...], plan: Plan | None) -> tuple[tuple[Part, Given | None], ...]:
    """A part for each folder, named as in *plan* where there is one, and one for each planned cell without a folder."""
    waiting = {cell.id: cell for cell in plan.cells} if plan else {}
    rows: list[tuple[Part, Given | None]] = []
    for each in sorted(found, key=lambda one: bool(one.lost)):  # what can be read says itself which cell it is
        cell = _cell_of(each, waiting)
        if cell:
            del waiting[cell.id]
        label = f"cell {cell.id if cell else each.folder.name}"
        if any(label == other.label for other, _ in rows):
            label = f"cell {each.folder}"
        asked = frozenset(cell.fingerprints) if cell else each.run.asked if each.run else frozenset[str]()
        part = Part(label, str(each.folder), each.run, lost=each.lost, asked=asked)
        if plan and each.run and not each.run.asked <= plan.fingerprints:
            part = replace(part, run=None, lost=f"the root causes that {each.folder} is about are not in the plan")
        rows.append((part, each))
    gone = (
        (
            Part(f"cell {cell.id}", lost="no folder that was given is this cell's", asked=frozenset(cell.fingerprints)),
            None,
        )
        for cell in waiting.values()
    )
    return (*rows, *gone)


def _cell_of(each: Given, waiting: dict[str, PlannedCell]) -> PlannedCell | None:
    """The planned cell that a folder is of: by its root causes, or by the number its name ends with."""
    if each.run:
        return next((cell for cell in waiting.values() if frozenset(cell.fingerprints) == each.run.asked), None)
    number = re.search(r"(?<![0-9])([0-9]{1,3})\Z", each.folder.name)
    return waiting.get(number[1]) if number else None


def with_patch(part: Part, each: Given, *, commit: str, tree: str, clone: Clone) -> Part:
    """*part* with its patch, as git reads it on *tree*, the files of *commit*; lost where that is another one."""
    run = part.run
    if run is None or part.lost:
        return part
    is_elsewhere = run.commit != commit and bool(run.commit or run.patch_name)  # some runs end before they know it
    if is_elsewhere or (run.base_tree and run.base_tree != tree):
        fault = f"{each.folder} is about the commit {run.commit[:12]!r}, and {commit[:12]} is checked out"
        return replace(part, run=None, lost=fault)
    if not run.patch_name:
        return part
    try:
        patch = clone.patch(tree, clone.apply(tree, each.content.decode("utf-8", "surrogateescape")))
    except ToolError:
        return replace(part, run=None, lost=f"{each.folder / run.patch_name} does not apply to its own commit")
    if fault := _fault(run, patch):
        return replace(part, run=None, lost=f"{each.folder / run.patch_name} {fault}")
    return replace(part, patch=patch)


def _fault(run: CellRun, patch: Patch) -> str:
    """Why *patch* is not the one that *run* proved; empty where it is, or where that is not told."""
    if not run.tree:
        return ""
    return "" if (run.tree, run.diff_sha256) == (patch.tree, patch.sha256) else "is not the change that was proven"
