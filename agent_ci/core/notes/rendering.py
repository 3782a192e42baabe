"""Writes release notes as Markdown: one line for each change, in which nothing is acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.notes.audience import is_bot
from agent_ci.core.notes.values import Entry, Ledger, Person, Section
from agent_ci.core.outward.markdown import sentence

_LONGEST = 300
_FOR_OTHERS: tuple[Section, ...] = (Section.DEPENDENCIES, Section.INTERNAL)
_FOR_USERS: tuple[Section, ...] = tuple(section for section in Section if section not in _FOR_OTHERS)
NOTHING = "No user-facing changes."


@dataclass(frozen=True, slots=True)
class Place:
    """Where links of the notes lead: *url* of the project, "" for no links; *is_gitlab* spells its paths."""

    url: str = ""
    is_gitlab: bool = False

    def request(self, id_: str) -> str:
        """A link to a change request, or to a commit."""
        shown = id_ if id_[0] in "#!" else f"`{id_}`"
        if not self.url:
            return shown
        kind = {"#": "pull", "!": "-/merge_requests"}.get(id_[0], "-/commit" if self.is_gitlab else "commit")
        return f"[{shown}]({self.url}/{kind}/{id_.lstrip('#!')})"

    def compared(self, since: str, until: str) -> str:
        """A link to everything between two revisions; empty where there is no place for it."""
        return f"{self.url}/{'-/' if self.is_gitlab else ''}compare/{since}...{until}" if self.url and since else ""


def notes(ledger: Ledger, *, title: str, place: Place, until: str = "HEAD") -> str:
    """The section of *ledger* in a changelog, under the heading *title*; *until* is how the end is called in links."""
    return "\n\n".join((f"## {title}", *_sections(ledger, place), *_end(ledger, place, until))) + "\n"


def contributors(ledger: Ledger) -> tuple[tuple[Person, bool], ...]:
    """Everybody who made a change that is told of, by name, and whether it is their first; programs are nobody."""
    every = (person for entry in ledger.entries for unit in entry.units for person in unit.authors)
    by_address = {person.address.casefold(): person for person in every if not is_bot(person)}
    known = ledger.range.known
    people = ((person, bool(ledger.range.since) and address not in known) for address, person in by_address.items())
    return tuple(sorted(people, key=lambda one: (one[0].name.casefold(), one[0].address)))


def _sections(ledger: Ledger, place: Place) -> Iterator[str]:
    if not any(entry.section in _FOR_USERS for entry in ledger.entries):
        yield NOTHING
    for section in _FOR_USERS:
        if lines := _lines(ledger, section, place):
            yield "\n".join((f"### {section}", "", *lines))
    for section in _FOR_OTHERS:
        if lines := _lines(ledger, section, place):
            summary = f"{section} ({len(lines)})"
            yield f"<details><summary>{summary}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


def _lines(ledger: Ledger, section: Section, place: Place) -> list[str]:
    return [_line(entry, place) for entry in ledger.entries if entry.section is section]


def _line(entry: Entry, place: Place) -> str:
    breaking = "**Breaking:** " if entry.is_breaking else ""
    ids = ", ".join(place.request(unit.id) for unit in entry.units)
    return f"- {breaking}{sentence(entry.text, limit=_LONGEST)} ({ids})"


def _end(ledger: Ledger, place: Place, until: str) -> Iterator[str]:
    if people := contributors(ledger):
        names = (sentence(person.name, limit=80) + " (first contribution)" * is_new for person, is_new in people)
        yield f"Contributors: {', '.join(names)}"
    if link := place.compared(ledger.range.since, until):
        yield f"[Everything that changed]({link})"
