"""Turns the changes of a range into entries by section, and says of everything else why it is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent_ci.core.notes import audience, habits
from agent_ci.core.notes.categories import Categories
from agent_ci.core.notes.placing import Placing
from agent_ci.core.notes.requests import NONE, Request, told_with
from agent_ci.core.notes.reverts import taken_back
from agent_ci.core.notes.units import units, usual
from agent_ci.core.notes.values import Dropped, Entry, Ledger, Range, Section, Unit

_NO_FILE = Categories()


def ledger(range_: Range, categories: Categories = _NO_FILE, requests: Mapping[str, Request] = NONE) -> Ledger:
    """The account of *range_*: entries in the order of their sections, newest first in each, and what was dropped.

    *categories* are those of the project's `.github/release.yml`, *requests* what the forge tells of requests, by id.
    What took what back is heard from git alone: the text of a request can be changed after it was merged.
    """
    every = units(range_)
    gone = taken_back(every, range_.commits)
    copies = {unit.id: copy for unit in every for commit in unit.commits if (copy := range_.released.get(commit))}
    placing = Placing(categories, is_habit=habits.bring_entries((*every, *usual(range_.earlier))))
    entries: list[Entry] = []
    dropped: list[Dropped] = []
    for unit in told_with(every, requests):
        if unit.id in gone:
            dropped.append(Dropped(unit.commits, gone[unit.id]))
        elif unit.id in copies:
            dropped.append(Dropped(unit.commits, f"it was released before, as {copies[unit.id][:12]}"))
        elif audience.is_release_work(unit) and not any(map(audience.is_shipped, _sources(unit))):
            dropped.append(Dropped(unit.commits, "it prepares a release and changes nothing else"))
        elif not unit.paths and len(unit.commits) == 1:
            dropped.append(Dropped(unit.commits, "it changes no file"))
        elif objection := categories.objection(unit):
            dropped.append(Dropped(unit.commits, objection))
        else:
            entries += placing.entries(unit, _added(unit, range_))
    order = list(Section)
    return Ledger(range_, tuple(sorted(entries, key=lambda entry: order.index(entry.section))), tuple(dropped))


def _added(unit: Unit, range_: Range) -> Mapping[str, str]:
    """What *unit* added to changelogs and fragments, by path."""
    files = [item for commit in unit.commits for item in range_.written.get(commit, {}).items()]
    return {path: "\n".join(text for other, text in files if other == path) for path, _ in files}


def _sources(unit: Unit) -> Iterator[str]:
    """What *unit* changes, without the files that only name the version."""
    yield from (path for path in unit.paths if not _NAMES_VERSION.search(path))


_NAMES_VERSION = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(py|cfg)|package\.json|Cargo\.toml|pom\.xml|VERSION|version\.\w+|_?_?version_?_?\.py|"
    r"__about__\.py|__init__\.py|[^/]+\.gemspec|mix\.exs)$",
    re.IGNORECASE,
)
