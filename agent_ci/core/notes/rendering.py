"""Writes release notes as Markdown: one line for each change, in which nothing is acted upon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote

from agent_ci.core.notes.audience import is_program
from agent_ci.core.notes.values import Entry, Ledger, Person, Section
from agent_ci.core.notes.wording import wording
from agent_ci.core.outward.markdown import code, fold

LONGEST_NAME = 80  # characters
_TITLE, _NOTE = 300, 1500  # characters: a title is a line, and what somebody wrote for users is told whole
FOR_OTHERS: tuple[Section, ...] = (Section.DEPENDENCIES, Section.INTERNAL)
FOR_USERS: tuple[Section, ...] = tuple(section for section in Section if section not in FOR_OTHERS)
NOTHING = "No user-facing changes."


@dataclass(frozen=True, slots=True)
class Place:
    """Where links of the notes lead: *url* of the project, "" for no links; *is_gitlab* spells its paths."""

    url: str = ""
    is_gitlab: bool = False

    def request(self, id_: str) -> str:
        """A link to a change request, or to a commit."""
        shown = id_ if id_[0] in "#!" else f"`{id_}`"
        return f"[{shown}]({self.request_url(id_)})" if self.url else shown

    def request_url(self, id_: str) -> str:
        """Where a change request, or a commit, is to be seen; empty where that is not known."""
        kind = {"#": "pull", "!": "-/merge_requests"}.get(id_[0], "-/commit" if self.is_gitlab else "commit")
        return f"{self.url}/{kind}/{id_.lstrip('#!')}" if self.url else ""

    def issue(self, id_: str) -> str:
        """A link to what ``#12`` means in the words of somebody; as code where that is not known."""
        return f"[{id_}]({self.issue_url(id_)})" if self.url else code(id_)

    def issue_url(self, id_: str) -> str:
        """Where the issue ``#12`` is to be seen; empty where that is not known."""
        return f"{self.url}/{'-/' if self.is_gitlab else ''}issues/{id_[1:]}" if self.url else ""

    def compared(self, since: str, until: str) -> str:
        """A link to everything between two revisions; empty where there is no place for it."""
        if not (self.url and since):
            return ""
        span = "...".join(quote(name, safe="/@+._~-") for name in (since, until))
        return f"{self.url}/{'-/' if self.is_gitlab else ''}compare/{span}"


@dataclass(frozen=True)
class Style:
    """How a changelog spells its notes: the *level* of a release's heading, *below* that of sections, and the *bullet*.

    *names* has the sections that are called otherwise than ours, by ours. *underline* is the sign below the name of a
    section in reStructuredText, "" where it has no such names.
    """

    level: int = 2
    below: int = 3
    bullet: str = "-"
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    underline: str = ""


USUAL = Style()


def notes(ledger: Ledger, *, title: str, place: Place, until: str = "HEAD", style: Style = USUAL) -> str:
    """The section of *ledger* in a changelog, under the heading *title*; *until* is how the end is called in links."""
    return headed(title, body(ledger, place=place, until=until, style=style), style)


def headed(title: str, text: str, style: Style) -> str:
    """The notes *text* under the heading *title*."""
    return f"{'#' * style.level} {wording(title, is_start=False)}\n\n{text}"


def body(ledger: Ledger, *, place: Place, until: str = "HEAD", style: Style = USUAL) -> str:
    """The same without its heading: what a release says."""
    return "\n\n".join((*_sections(ledger, place, style), *_end(ledger, place, until))) + "\n"


def contributors(ledger: Ledger) -> tuple[tuple[Person, bool], ...]:
    """Everybody who made a change that is told of, by name, and whether it is their first; programs are nobody."""
    every = (person for entry in ledger.entries for unit in entry.units for person in unit.authors)
    has_before, known = bool(ledger.range.since), ledger.range.known
    people = (
        (same[0], has_before and known.isdisjoint(sign for person in same for sign in person.signs))
        for same in _apart(person for person in dict.fromkeys(every) if not is_program(person))
    )
    return tuple(sorted(people, key=lambda one: (one[0].name.casefold(), one[0].address)))


def _apart(people: Iterable[Person]) -> Iterable[list[Person]]:
    """*people*, with those who are the same by a sign together."""
    by_sign: dict[str, list[Person]] = {}
    for person in people:
        same = next((by_sign[sign] for sign in person.signs if sign in by_sign), [])
        same.append(person)
        by_sign |= {sign: by_sign.get(sign, same) for sign in person.signs}
    return {id(same): same for same in by_sign.values()}.values()


def longest(entry: Entry) -> int:
    """How many characters of its text a line tells."""
    return _TITLE if any(entry.text in unit.title for unit in entry.units) else _NOTE


def _sections(ledger: Ledger, place: Place, style: Style) -> Iterator[str]:
    if not any(entry.section in FOR_USERS for entry in ledger.entries):
        yield NOTHING
    for section in FOR_USERS:
        if lines := _lines(ledger, section, place, style):
            heading = f"{'#' * style.below} {style.names.get(section, section)}"
            yield "\n".join((heading, "", *lines))
    for section in FOR_OTHERS:
        if lines := _lines(ledger, section, place, style):
            yield fold(f"{section} ({len(lines)})", "\n".join(lines))


def _lines(ledger: Ledger, section: Section, place: Place, style: Style) -> list[str]:
    return [f"{style.bullet} {_line(entry, place)}" for entry in ledger.entries if entry.section is section]


def _line(entry: Entry, place: Place) -> str:
    breaking = "**Breaking:** " if entry.is_breaking else ""
    ids = ", ".join(place.request(unit.id) for unit in entry.units)
    return f"{breaking}{wording(entry.text, place.issue, limit=longest(entry))} ({ids})"


def _end(ledger: Ledger, place: Place, until: str) -> Iterator[str]:
    if people := contributors(ledger):
        names = (
            wording(person.name, limit=LONGEST_NAME, is_start=False) + " (first contribution)" * is_new
            for person, is_new in people
        )
        yield f"Contributors: {', '.join(names)}"
    if link := place.compared(ledger.range.since, until):
        yield f"[Everything that changed]({link})"
