"""What a model is asked about the changes of a release, how its answer is read, and what the ledger is with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent_ci.core.budget import CHARACTERS_PER_TOKEN
from agent_ci.core.notes.grounding import Kept, Line, Objection
from agent_ci.core.notes.rendering import FOR_USERS, Style
from agent_ci.core.notes.sources import Sources
from agent_ci.core.notes.values import Entry, Ledger, Section
from agent_ci.core.outward.terminal import cleaned, one_line
from agent_ci.core.questions.fence import Origin, fenced, middle_cut, tag_for
from agent_ci.core.questions.prompt import Template

ENTRY_TOKENS = 1_500
"""The most tokens that a model is given of one change."""

MOST_ENTRIES = 20
"""The most changes in one question."""

_ROOM = 60_000  # characters of one question
_ROOM_OF_ONE = ENTRY_TOKENS * CHARACTERS_PER_TOKEN
_MOST_LINES = 100
_LONGEST_TEXT = 4_000  # characters of a line that anybody reads, were it only to refuse it
_DOCUMENTS = 0.4  # the share of a change's room that its documents get where its description needs the rest
_SHOWN_PATHS = 10
_SHOWN_REFUSED = 500  # characters of a line that was refused

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "ids": {"type": "array", "items": {"type": "string"}},
                    "section": {"type": "string"},
                    "text": {"type": "string"},
                },
                "required": ["ids", "section", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["lines"],
    "additionalProperties": False,
}
"""The form of an answer, as JSON Schema."""


class UnreadableError(ValueError):
    """An answer that holds no lines; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One change that a line is wanted for: the line that there is, what is known, and what was refused before."""

    entry: Entry
    sources: Sources
    before: str = ""
    objections: tuple[Objection, ...] = ()

    @property
    def id(self) -> str:
        """The id of the change."""
        return self.sources.unit.id


def wanted(ledger: Ledger) -> tuple[Entry, ...]:
    """The lines of *ledger* that are for users and that no author wrote; those stay as they are."""
    return tuple(one for one in ledger.entries if one.section in FOR_USERS and not one.is_written)


def sections(style: Style) -> Mapping[str, Section]:
    """The sections for users by what a document of *style* calls them, in lower case; our names are known as well."""
    own = {str(style.names.get(section, section)).casefold(): section for section in FOR_USERS}
    return {**{str(section).casefold(): section for section in FOR_USERS}, **own}


def batches(asked: Iterable[Asked]) -> Iterator[tuple[Asked, ...]]:
    """*asked* in questions of bounded length."""
    batch: list[Asked] = []
    room = _ROOM
    for one in asked:
        size = len(_shown(one))
        if batch and (size > room or len(batch) >= MOST_ENTRIES):
            yield tuple(batch)
            batch, room = [], _ROOM
        batch.append(one)
        room -= size
    if batch:
        yield tuple(batch)


def question(template: Template, asked: Sequence[Asked], style: Style, *, nonce: str) -> str:
    """The text that asks for a line about each of *asked*; *nonce* goes into the name of the fences."""
    shown = {one.id: _shown(one) for one in asked}
    refused = {one.id: one.before[:_SHOWN_REFUSED] for one in asked if one.objections}
    tag = tag_for((*shown.values(), *refused.values()), f"{nonce} {template.id}")
    again = [_again(one, refused[one.id], tag) for one in asked if one.objections]
    return template.render(
        ids=", ".join(shown),
        sections=", ".join(str(style.names.get(section, section)) for section in FOR_USERS),
        changes="\n\n".join(fenced(id_, text, tag=tag, origin=Origin.CHANGE) for id_, text in shown.items()),
        refused="\n\n".join(again) or "Nothing yet.",
    )


def _again(one: Asked, before: str, tag: str) -> str:
    why = "\n".join(f"- {one_line(objection.text)}" for objection in one.objections)
    draft = fenced(one.id, one_line(before) or "(no line)", tag=tag, origin=Origin.DRAFT)
    return f"{draft}\nRefused, because:\n{why}"


def _shown(one: Asked) -> str:
    """What is told of a change, within its room."""
    unit = one.sources.unit
    paths = [path for path in unit.paths if path.isprintable()]
    more = f" and {len(paths) - _SHOWN_PATHS} more" if len(paths) > _SHOWN_PATHS else ""
    head = "\n".join(
        line
        for line in (
            f"title: {one_line(unit.title)}",
            f"section now: {one.entry.section}" + " (a person chose it)" * one.entry.is_placed,
            f"labels: {one_line(', '.join(unit.labels))}" if unit.labels else "",
            f"issues: {one_line('; '.join(f'{one.id} {one.title}' for one in unit.issues))}" if unit.issues else "",
            f"what users called and is gone: {one_line('; '.join(one.sources.breaks))}" if one.sources.breaks else "",
            f"files: {one_line(', '.join(paths[:_SHOWN_PATHS]))}{more}",
        )
        if line
    )[: _ROOM_OF_ONE // 2]
    room = _ROOM_OF_ONE - len(head) - 100
    documents = cleaned(one.sources.documents).text
    body = middle_cut(one.sources.body, max(room - len(documents), int(room * (1 - _DOCUMENTS))))
    documents = middle_cut(documents, room - len(body))
    parts = (head, body and f"description:\n{body}", documents and f"documents that it changes:\n{documents}")
    text = "\n\n".join(part for part in parts if part)
    return text.encode("utf-8", "replace").decode()  # git's bytes that are no text cannot be sent


def read(text: str) -> tuple[Line, ...]:
    """The lines of an answer: JSON, with or without a fence around. Raises UnreadableError."""
    found = _json(text)
    rows = found.get("lines") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise UnreadableError("the answer holds no list of lines")
    lines = tuple(line for row in rows[:_MOST_LINES] if (line := _line(row)))
    if not lines:
        raise UnreadableError("the answer holds no line with ids, section and text")
    return lines


def _json(text: str) -> object:
    """The value that *text* holds, alone or in a fence."""
    plain = text.strip()
    if plain.startswith("```"):
        plain = plain.partition("\n")[2].rpartition("```")[0]
    try:
        return json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the answer is not JSON ({type(error).__name__})") from error


def _line(row: object) -> Line | None:
    if not isinstance(row, dict):
        return None
    ids, section, text = row.get("ids"), row.get("section"), row.get("text")
    if not isinstance(ids, list) or not isinstance(section, str) or not isinstance(text, str):
        return None
    if not all(isinstance(id_, str) for id_ in ids):
        return None
    return Line(tuple(id_.strip() for id_ in ids), section, text[:_LONGEST_TEXT])


def retold(ledger: Ledger, kept: Sequence[Kept]) -> Ledger:
    """*ledger* with the lines that were *kept* instead of its own about the same changes."""
    line_of = {id_: one for one in kept for id_ in one.ids}
    asked = {entry.units[0].id: entry for entry in wanted(ledger)}
    entries: list[Entry] = []
    for entry in ledger.entries:
        id_ = entry.units[0].id
        one = line_of.get(id_) if asked.get(id_) is entry else None
        if one is None:
            entries.append(entry)
        elif one.ids[0] == id_:
            entries.append(_retold(one, asked))
    order = list(Section)
    return replace(ledger, entries=tuple(sorted(entries, key=lambda entry: order.index(entry.section))))


def _retold(one: Kept, asked: Mapping[str, Entry]) -> Entry:
    parts = [asked[id_] for id_ in one.ids]
    first = parts[0]
    why = first.why if first.section is one.section else "a model put it there"
    units = tuple(unit for part in parts for unit in part.units)
    return replace(first, section=one.section, text=one.text, units=units, why=why)
