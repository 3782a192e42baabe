"""Turns the changes of a range into entries by section, and says of everything else why it is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent_ci.core.notes import audience, habits
from agent_ci.core.notes.reverts import taken_back
from agent_ci.core.notes.units import units, usual
from agent_ci.core.notes.values import Dropped, Entry, Ledger, Range, Section, Unit

_TYPES: Mapping[str, Section] = {
    **dict.fromkeys(("feat", "feature", "add"), Section.ADDED),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), Section.FIXED),
    **dict.fromkeys(("perf", "revert", "change"), Section.CHANGED),
    "deprecate": Section.DEPRECATED,
    "remove": Section.REMOVED,
    "security": Section.SECURITY,
}
_VERBS: tuple[tuple[re.Pattern[str], Section], ...] = tuple(
    (re.compile(rf"^\W*(?:{verbs})\b", re.IGNORECASE), section)
    for verbs, section in (
        (r"deprecat\w+", Section.DEPRECATED),
        (r"remov\w+|drop\w*|delet\w+", Section.REMOVED),
        (
            r"fix\w*|correct\w*|resolv\w+|repair\w*|handl\w+|prevent\w*|avoid\w*|don'?t|do not|stop|ensure",
            Section.FIXED,
        ),
        (r"add\w*|new|introduc\w+|implement\w*|support\w*|allow\w*|enabl\w+|provid\w+|expos\w+", Section.ADDED),
    )
)
_TRAILER = re.compile(r"^Changelog:\s*(\w+)\s*$", re.IGNORECASE | re.MULTILINE)
_TRAILERS: Mapping[str, Section] = {
    "added": Section.ADDED, "fixed": Section.FIXED, "changed": Section.CHANGED, "deprecated": Section.DEPRECATED,
    "removed": Section.REMOVED, "security": Section.SECURITY, "performance": Section.CHANGED, "other": Section.INTERNAL,
}  # fmt: skip
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE:\s*\S", re.MULTILINE)


def ledger(range_: Range) -> Ledger:
    """The account of *range_*: entries in the order of their sections, newest first in each, and what was dropped."""
    every = units(range_)
    gone = taken_back(every, range_.commits)
    copies = {unit.id: copy for unit in every for commit in unit.commits if (copy := range_.released.get(commit))}
    is_habit = habits.bring_entries((*every, *usual(range_.earlier)))
    entries: list[Entry] = []
    dropped: list[Dropped] = []
    for unit in every:
        if unit.id in gone:
            dropped.append(Dropped(unit.commits, gone[unit.id]))
        elif unit.id in copies:
            dropped.append(Dropped(unit.commits, f"it was released before, as {copies[unit.id][:12]}"))
        elif audience.is_release_work(unit) and not any(map(audience.is_shipped, _sources(unit))):
            dropped.append(Dropped(unit.commits, "it prepares a release and changes nothing else"))
        elif not unit.paths and len(unit.commits) == 1:
            dropped.append(Dropped(unit.commits, "it changes no file"))
        else:
            entries.append(_entry(unit, is_habit=is_habit))
    order = list(Section)
    return Ledger(range_, tuple(sorted(entries, key=lambda entry: order.index(entry.section))), tuple(dropped))


def _sources(unit: Unit) -> Iterator[str]:
    """What *unit* changes, without the files that only name the version."""
    yield from (path for path in unit.paths if not _NAMES_VERSION.search(path))


_NAMES_VERSION = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(py|cfg)|package\.json|Cargo\.toml|pom\.xml|VERSION|version\.\w+|_?_?version_?_?\.py|"
    r"__about__\.py|__init__\.py|[^/]+\.gemspec|mix\.exs)$",
    re.IGNORECASE,
)


def _entry(unit: Unit, *, is_habit: bool) -> Entry:
    section, why = _section(unit, is_habit=is_habit)
    type_, is_marked = audience.conventional(unit.title)
    is_breaking = is_marked or bool(_BREAKING.search(unit.body))
    text = audience.without_type(unit.title) if type_ in _KNOWN_TYPES else unit.title
    return Entry(section, text, (unit,), why, is_breaking=is_breaking)


_KNOWN_TYPES = frozenset({*_TYPES, "chore", "ci", "test", "tests", "style", "build", "refactor", "docs", "doc"})


def _section(unit: Unit, *, is_habit: bool) -> tuple[Section, str]:
    """Where *unit* belongs, and what says so: its trailer, its type, its files, the first word of its title."""
    if (found := _TRAILER.search(unit.body)) and (section := _TRAILERS.get(found[1].lower())):
        return section, f"the trailer Changelog: {found[1].lower()}"
    is_told = is_habit and habits.brings_entry(unit)
    if not is_told and audience.is_dependency_work(unit):
        return Section.DEPENDENCIES, "it moves dependencies"
    if not is_told and (reason := _reason_for_others(unit, is_habit=is_habit)):
        return Section.INTERNAL, reason
    type_, _ = audience.conventional(unit.title)
    if section := _TYPES.get(type_):
        return section, f"its type is {type_}"
    for verb, section in _VERBS:
        if found := verb.match(unit.title):
            return section, f"its title begins with {found[0].strip().lower()}"
    return Section.CHANGED, "nothing else was said"


def _reason_for_others(unit: Unit, *, is_habit: bool) -> str:
    """Why *unit* is no news for users; empty where it is."""
    type_, is_breaking = audience.conventional(unit.title)
    if not audience.is_for_users(unit):
        return f"its type is {type_}" if type_ else "it changes nothing that users get"
    return "changes of this project bring their entry to its changelog, and it brings none" * (
        is_habit and not is_breaking
    )
