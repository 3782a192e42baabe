"""Knows what a change of an exported interface breaks, says it in few lines, and whether anybody announced it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent_ci.core.notes.values import Ledger

_NAMED = 3  # symbols that a line names before it counts
_PRIVATE = re.compile(r"^_(?!_)|^__init__$")


class Kind(StrEnum):
    """What happened to a symbol, as a sentence says it after the name; in the order in which it is told."""

    REMOVED = "is gone"
    PARAMETER_REMOVED = "is no parameter any more"
    PARAMETER_REQUIRED = "is a required parameter now"
    BASE_REMOVED = "lost a base class"
    OTHER_KIND = "is something else now"
    MOVED = "takes its parameters in another order or way"
    OTHER_DEFAULT = "has another default"

    @property
    def is_hard(self) -> bool:
        """Whether code that used the symbol as documented fails; the others may go unnoticed."""
        return self not in (Kind.MOVED, Kind.OTHER_DEFAULT)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; ``is_new`` says whether of the new tree or of the old one. Line 0 is no line."""

    path: str = ""
    line: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """One symbol that is not what it was; ``parameter`` is the one that it is about. ``symbol`` is its full name.

    ``is_promised`` says whether the package itself exports it: the modules of an application are public by their names
    as well, and nobody promised them to anybody.
    """

    kind: Kind
    symbol: str
    parameter: str = ""
    place: Place = Place()
    is_promised: bool = True

    @property
    def name(self) -> str:
        """The name by which users know it: without the private modules on the way."""
        parts = self.symbol.split(".")
        return ".".join(part for part in parts if not _PRIVATE.search(part)) or self.symbol


@dataclass(frozen=True, slots=True)
class Broken:
    """What is told in one line: ``breaks`` of one kind, and the ids of the ``changes`` that made them, if known."""

    text: str
    kind: Kind
    breaks: tuple[Break, ...]
    changes: tuple[str, ...] = ()
    is_declared: bool = False

    @property
    def is_hard(self) -> bool:
        """As of its kind."""
        return self.kind.is_hard

    @property
    def is_promised(self) -> bool:
        """As of its breaks, which have that in common."""
        return self.breaks[0].is_promised

    @property
    def document(self) -> dict[str, object]:
        """What the ledger holds of it."""
        return {
            "text": self.text,
            "is_hard": self.is_hard,
            "is_promised": self.is_promised,
            "is_declared": self.is_declared,
            "changes": list(self.changes),
            "symbols": sorted({one.symbol for one in self.breaks}),
        }


def grouped(breaks: Iterable[Break]) -> tuple[Broken, ...]:
    """*breaks* as few lines: one for each parameter that went or came, one for each kind of everything else."""
    groups: dict[tuple[Kind, bool, str], dict[str, Break]] = {}
    for one in breaks:
        parameter = one.parameter if one.kind in (Kind.PARAMETER_REMOVED, Kind.PARAMETER_REQUIRED) else ""
        groups.setdefault((one.kind, not one.is_promised, parameter), {}).setdefault(one.name, one)
    order = list(Kind)
    found = sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1], -len(item[1]), item[0][2]))
    return tuple(
        Broken(_told(kind, parameter, tuple(of_name)), kind, tuple(of_name.values()))
        for (kind, _, parameter), of_name in found
    )


def mapped(broken: Broken, commits: Iterable[str], ledger: Ledger) -> Broken:
    """*broken* with the changes of *ledger* that brought *commits*, which made it, and whether one announced it."""
    wanted = set(commits)
    entries = [entry for entry in ledger.entries if wanted & {*entry.commits}]
    ids = tuple(unit.id for entry in entries for unit in entry.units if wanted & {*unit.commits})
    told = tuple(_dropped_ids(ledger, wanted))
    breaking = {unit.id for entry in ledger.entries if entry.is_breaking for unit in entry.units}  # by any line of it
    declared = bool(entries) and all(unit.id in breaking for entry in entries for unit in entry.units)
    return Broken(broken.text, broken.kind, broken.breaks, ids or told, is_declared=declared)


def _dropped_ids(ledger: Ledger, wanted: set[str]) -> Iterator[str]:
    for one in ledger.dropped:
        yield from (commit[:10] for commit in one.commits if commit in wanted)


def _told(kind: Kind, parameter: str, names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    more = len(names) - _NAMED
    listed = f"{shown} and {more} more" if more > 0 else shown
    subject = f"`{parameter}` of {listed}" if parameter else listed
    return f"{subject}: {kind}"
