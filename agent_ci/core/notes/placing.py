"""Knows in which section a change belongs, and who says so: its author first, and the first word of its title last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.notes import audience, habits
from agent_ci.core.notes.categories import Categories
from agent_ci.core.notes.conventions import Note, written
from agent_ci.core.notes.values import Entry, Section, Unit

_TYPES: Mapping[str, Section] = {
    **dict.fromkeys(("feat", "feature", "add"), Section.ADDED),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), Section.FIXED),
    **dict.fromkeys(("perf", "revert", "change"), Section.CHANGED),
    "deprecate": Section.DEPRECATED,
    "remove": Section.REMOVED,
    "security": Section.SECURITY,
}
_VERBS: tuple[tuple[re.Pattern[str], Section], ...] = tuple(
    (re.compile(rf"{verbs}\b", re.IGNORECASE), section)
    for verbs, section in (
        (r"^\W*deprecat\w+", Section.DEPRECATED),
        (r"^\W*(?:remov\w+|drop\w*|delet\w+)", Section.REMOVED),
        (
            r"^\W*(?:fix\w*|correct\w*|resolv\w+|repair\w*|handl\w+|prevent\w*|avoid\w*|do(?:n't| not)|stop|ensure)",
            Section.FIXED,
        ),
        (
            r"^\W*(?:add\w*|new|introduc\w+|implement\w*|support\w*|allow\w*|enabl\w+|provid\w+|expos\w+)",
            Section.ADDED,
        ),
        (r"\b(?:is|are) (?:now )?deprecated", Section.DEPRECATED),
        (r"\b(?:been|is|are|was|were) (?:now |fully )*(?:removed|dropped)", Section.REMOVED),
        (r"\b(?:no longer|now (?:correctly|properly)|crash\w*|bugs?|regressions?)", Section.FIXED),
        (r"\bnow (?:has|have|supports?|accepts?|allows?|can)|\bis now (?:possible|supported)", Section.ADDED),
    )
)
_TRAILER = re.compile(r"^Changelog:\s*(\w+)\s*$", re.IGNORECASE | re.MULTILINE)
_TRAILERS: Mapping[str, Section] = {
    "added": Section.ADDED, "fixed": Section.FIXED, "changed": Section.CHANGED, "deprecated": Section.DEPRECATED,
    "removed": Section.REMOVED, "security": Section.SECURITY, "performance": Section.CHANGED, "other": Section.INTERNAL,
}  # fmt: skip
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE:\s*\S", re.MULTILINE)
_KNOWN_TYPES = frozenset({*_TYPES, "chore", "ci", "test", "tests", "style", "build", "refactor", "docs", "doc"})


@dataclass(frozen=True, slots=True)
class Placing:
    """What the project says about all of its changes: *is_habit* is that each brings its entry to the changelog."""

    categories: Categories
    is_habit: bool

    def entries(self, unit: Unit, added: Mapping[str, str]) -> Iterator[Entry]:
        """The lines about *unit*: one, or one for each fragment, of which the first answers for the commits.

        *added* are the lines that it added to changelogs and fragments, by path.
        """
        for number, one in enumerate(written(unit, added) or (None,)):
            yield replace(self._entry(unit, one), is_further=bool(number))

    def _entry(self, unit: Unit, written: Note | None) -> Entry:
        chosen = self._chosen(unit, written)
        section, why = chosen or self._guessed(unit, written)
        type_, is_marked = audience.conventional(unit.title)
        is_said = bool(_BREAKING.search(unit.body)) or bool(written and written.is_breaking)
        is_breaking = is_marked or is_said or self.categories.is_breaking(unit)
        title = audience.without_type(unit.title) if type_ in _KNOWN_TYPES else unit.title
        text = written.text if written else ""
        return Entry(
            section,
            text or title,
            (unit,),
            why,
            is_breaking=is_breaking,
            is_written=bool(text),
            is_placed=chosen is not None,
        )

    def _chosen(self, unit: Unit, written: Note | None) -> tuple[Section, str] | None:
        """The section that a person chose, and how; None where nobody did."""
        if written and written.section:
            return written.section, written.source
        if found := self.categories.section(unit):
            return found
        if (named := _TRAILER.search(unit.body)) and (section := _TRAILERS.get(named[1].lower())):
            return section, f"the trailer Changelog: {named[1].lower()}"
        return None

    def _guessed(self, unit: Unit, written: Note | None) -> tuple[Section, str]:
        """The section where nobody says it: by what *unit* changes, and by its words."""
        if not self._is_told(unit, written) and (others := self._for_others(unit)):
            return others
        return _by_words(unit, written.text if written else unit.title)

    def _is_told(self, unit: Unit, written: Note | None) -> bool:
        """Whether its author says that *unit* is for users; an entry in the changelog itself counts by habit only."""
        return bool(written and not written.is_entry) or (self.is_habit and habits.brings_entry(unit))

    def _for_others(self, unit: Unit) -> tuple[Section, str] | None:
        """Where *unit* stands if it is no news for users; None where it is."""
        type_, is_breaking = audience.conventional(unit.title)
        if audience.is_dependency_work(unit):
            return Section.DEPENDENCIES, "it moves dependencies"
        if not audience.is_for_users(unit):
            return Section.INTERNAL, f"its type is {type_}" if type_ else "it changes nothing that users get"
        if self.is_habit and not is_breaking:
            return Section.INTERNAL, "changes of this project bring their entry to its changelog, and it brings none"
        return None


def _by_words(unit: Unit, text: str) -> tuple[Section, str]:
    """The section by the type of *unit*, else by the first word of *text*."""
    type_, _ = audience.conventional(unit.title)
    if section := _TYPES.get(type_):
        return section, f"its type is {type_}"
    for verb, section in _VERBS:
        if found := verb.search(text):
            return section, f"it says {found[0].strip().lower()}"
    return Section.CHANGED, "nothing else was said"
