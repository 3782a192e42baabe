"""Writes release notes as reStructuredText: the same lines as in Markdown, in which nothing is acted upon either."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_ci.core.notes.rendering import (
    FOR_OTHERS,
    FOR_USERS,
    LONGEST_NAME,
    NOTHING,
    Place,
    Style,
    contributors,
    longest,
)
from agent_ci.core.notes.values import Entry, Ledger, Section
from agent_ci.core.notes.wording import Markup, wording

_LITERAL = re.compile(r"[\\*|\[\]<>]|_(?!\w)|(?<!\w)_")
_BLOCK = re.compile(r"\W|\(?(?:\w{1,5}|#)[.)]")  # what begins a list, a directive, a field, a quotation, ...


def code(text: str) -> str:
    """*text* on one line as a literal, which begins and ends wherever it stands."""
    line = " ".join(text.split()).replace("`", "'").strip()
    return f"\\ ``{line}``\\ " if line else ""


def _literal(text: str, is_start: bool) -> str:  # noqa: FBT001 - as Markup has it
    plain = _LITERAL.sub(lambda found: f"\\{found[0]}", text)
    return f"\\{plain}" if is_start and plain[:1] != "\\" and _BLOCK.match(plain) else plain


MARKUP = Markup(code, _literal)


def body(ledger: Ledger, *, place: Place, until: str, style: Style) -> str:
    """The notes of *ledger* without the heading of the release; *until* is how the end is called in links.

    Where *style* underlines the names of sections, each has its heading; else there is one list.
    """
    return "\n\n".join((*_sections(ledger, place, style), *_end(ledger, place, until))) + "\n"


def _sections(ledger: Ledger, place: Place, style: Style) -> Iterator[str]:
    told = [(section, _lines(ledger, section, place, style)) for section in FOR_USERS]
    found = [(section, lines) for section, lines in told if lines]
    if not found:
        yield NOTHING
    elif not style.underline:
        yield "\n".join(line for _, lines in found for line in lines)
    else:
        for section, lines in found:
            name = style.names.get(section, section)
            yield "\n".join((name, style.underline * len(name), "", *lines))
    for section in FOR_OTHERS:
        if lines := _lines(ledger, section, place, style):
            yield "\n".join((f"{section} ({len(lines)}):", "", *lines))


def _lines(ledger: Ledger, section: Section, place: Place, style: Style) -> list[str]:
    return [f"{style.bullet} {_line(entry, place)}" for entry in ledger.entries if entry.section is section]


def _line(entry: Entry, place: Place) -> str:
    breaking = "**Breaking:** " if entry.is_breaking else ""
    ids = ", ".join(_shown(unit.id, place.request_url(unit.id)) for unit in entry.units)
    said = wording(
        entry.text,
        lambda id_: f"\\ {_link(id_, place.issue_url(id_))}\\ " if place.url else code(id_),
        limit=longest(entry),
        is_start=not breaking,
        markup=MARKUP,
    )
    return f"{breaking}{_tidy(said)} ({ids})"


def _shown(id_: str, url: str) -> str:
    """A change request, or a commit, as a link; where none is known a commit is a literal."""
    return _link(id_, url) if url or id_[0] in "#!" else f"``{id_}``"


def _link(text: str, url: str) -> str:
    return f"`{text} <{url}>`__" if url else text


def _tidy(line: str) -> str:
    r"""*line* without the ``\ `` that nothing needs: beside a space, or at an end."""
    return re.sub(r"(?<=\s)\\ |^\\ (?=`)|\\ (?=\s|$)", "", line)


def _end(ledger: Ledger, place: Place, until: str) -> Iterator[str]:
    if people := contributors(ledger):
        names = (
            _tidy(wording(person.name, limit=LONGEST_NAME, is_start=False, markup=MARKUP))
            + " (first contribution)" * is_new
            for person, is_new in people
        )
        yield f"Contributors: {', '.join(names)}"
    if link := place.compared(ledger.range.since, until):
        yield _link("Everything that changed", link)
