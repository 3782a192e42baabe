"""A large red build split by root cause into the cells of a matrix, each with its part of one budget."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from agent_ci.core.budget import Budget
from agent_ci.core.grouping import Group
from agent_ci.core.sealing import broken_seal
from agent_ci.core.untrusted import amount, count, text, texts
from agent_ci.errors import UsageError

SCHEMA = "agent-ci/plan/v1"
MOST_CELLS = 200
"""The most jobs that GitLab makes of one matrix; GitHub makes 256. Source: their documentation of ``matrix``."""

_ID = re.compile(r"[1-9][0-9]{0,2}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_PER_UNIT = Budget(attempts=1, cost=1e-6, tokens=1, seconds=1e-3)  # the smallest parts that a budget is split into


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause by its ``fingerprint``, with a ``title`` for people and the ids of its failing ``cases``."""

    fingerprint: str
    title: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """One job of the matrix: its ``id`` ("1" upwards), the root causes it repairs, and what it may spend.

    ``reports`` are the reports that tell of them, relative to the repository.
    """

    id: str
    causes: tuple[Cause, ...]
    budget: Budget
    reports: tuple[str, ...] = ()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The names of the root causes, in the order in which they are to be repaired."""
        return tuple(cause.fingerprint for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one red build is repaired in ``cells``; together they spend no more than ``total``.

    ``commit`` and ``tree`` are what was judged. ``merge_seconds`` is the part of the time that is left for putting
    the patches together, and ``notes`` are sentences for whoever reads the plan.
    """

    commit: str
    tree: str
    total: Budget
    merge_seconds: float = 0.0
    cells: tuple[PlannedCell, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """The names of all root causes."""
        return frozenset(name for cell in self.cells for name in cell.fingerprints)


def planned(causes: tuple[Group, ...], total: Budget, *, most: int, reports: Mapping[str, frozenset[str]]) -> Plan:
    """*causes* in at most *most* cells of about the same number of failing cases, the largest causes first.

    *reports* are the ids of the failing cases in each report. There are no more cells than root causes, and none that
    could spend nothing. Commit and tree are the caller's to fill in.
    """
    wanted = min(most, len(causes))
    payable = min(wanted, *_units(total).values())
    notes: tuple[str, ...] = ()
    if payable < wanted:
        told = f"there are {payable} cells and not {wanted}, as the budget has no part for more of them; raise it"
        notes = (f"{told} (attempts, US$, tokens, seconds)",)
    if not payable:
        return Plan("", "", total, notes=notes)
    parts, merge_seconds = _parts(total, payable)
    cells = tuple(
        PlannedCell(str(number), found, budget, _telling(found, reports))
        for number, (found, budget) in enumerate(zip(_balanced(causes, payable), parts, strict=True), 1)
    )
    return Plan("", "", total, merge_seconds, cells, notes)


def _balanced(causes: tuple[Group, ...], cells: int) -> list[tuple[Cause, ...]]:
    """*causes* in *cells* heaps: the largest first, each onto the heap with the fewest cases, then causes."""
    heaps: list[list[Group]] = [[] for _ in range(cells)]
    for cause in sorted(causes, key=lambda group: -len(group.cases)):
        min(heaps, key=lambda heap: (sum(len(group.cases) for group in heap), len(heap))).append(cause)
    order = {cause.fingerprint: number for number, cause in enumerate(causes)}
    return [tuple(map(_cause, sorted(heap, key=lambda group: order[group.fingerprint]))) for heap in heaps]


def _cause(group: Group) -> Cause:
    return Cause(group.fingerprint, group.title, tuple(dict.fromkeys(case.id for case in group.cases)))


def _telling(causes: tuple[Cause, ...], reports: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    ids = {id_ for cause in causes for id_ in cause.cases}
    return tuple(name for name, red in reports.items() if ids & red)


def _units(budget: Budget) -> dict[str, int]:
    return {name: int(getattr(budget, name) / unit + 1e-6) for name, unit in _PER_UNIT.amounts.items()}


def _parts(total: Budget, cells: int) -> tuple[list[Budget], float]:
    """What each of *cells* cells may spend, and the seconds that are left to merge: together no more than *total*."""
    units = _units(total)
    *seconds, merge = (each * _PER_UNIT.seconds for each in _split(units["seconds"], cells + 1))
    spent = zip(*(_split(units[name], cells) for name in ("attempts", "cost", "tokens")), seconds, strict=True)
    parts = [
        Budget(attempts, round(cost * _PER_UNIT.cost, 6), tokens, round(time, 3))
        for attempts, cost, tokens, time in spent
    ]
    return parts, round(merge, 3)


def _split(units: int, parts: int) -> list[int]:
    each, left = divmod(units, parts)
    return [each + (number < left) for number in range(parts)]


def plan_document(plan: Plan) -> dict[str, object]:
    """The content of ``plan.json``: JSON-like values only."""
    return {
        "schema": SCHEMA,
        "commit": plan.commit,
        "tree": plan.tree,
        "budget": plan.total.amounts,
        "merge": {"seconds": plan.merge_seconds},
        "notes": list(plan.notes),
        "cells": [
            {
                "id": cell.id,
                "budget": cell.budget.amounts,
                "reports": list(cell.reports),
                "groups": [asdict(cause) for cause in cell.causes],
            }
            for cell in plan.cells
        ],
    }


def read_plan(written: str, *, source: str) -> Plan:
    """The plan that ``plan_document`` wrote and ``sealed`` sealed. Raises UsageError for anything else."""
    if fault := broken_seal(written):
        raise UsageError(f"{source} cannot be used: {fault}; take the plan.json that `agent-ci plan` wrote")
    try:
        return _plan(json.loads(written))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{source} is no plan of agent-ci ({type(error).__name__}: {error})") from error


def _plan(document: Mapping[str, Any]) -> Plan:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r} and not {SCHEMA!r}")
    cells = tuple(
        PlannedCell(
            _named(row["id"], _ID),
            tuple(_read_cause(cause) for cause in row["groups"]),
            _budget(row["budget"]),
            texts(row["reports"]),
        )
        for row in document["cells"]
    )
    if len({cell.id for cell in cells}) != len(cells):
        raise ValueError("two of its cells have one id")
    return Plan(
        commit=text(document["commit"]),
        tree=text(document["tree"]),
        total=_budget(document["budget"]),
        merge_seconds=amount(document["merge"]["seconds"]),
        cells=cells,
        notes=texts(document["notes"]),
    )


def _read_cause(row: Mapping[str, Any]) -> Cause:
    return Cause(_named(row["fingerprint"], _FINGERPRINT), text(row["title"]), texts(row["cases"]))


def _budget(row: Mapping[str, Any]) -> Budget:
    return Budget(count(row["attempts"]), amount(row["cost"]), count(row["tokens"]), amount(row["seconds"]))


def _named(value: object, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text(value)):
        raise ValueError(f"{value!r} is no such name")
    return str(value)
