"""Knows which words of a ledger the notes show, and in which form, so that no secret is among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from agent_ci.core.notes.values import Entry, Ledger
from agent_ci.core.outward.terminal import one_line


def masked(made: Ledger, safe: Callable[[list[str]], list[str]]) -> Ledger:
    """*made* in words that *safe* leaves as they are, the texts of its entries and the names of its people.

    *safe* is asked about each as the notes will show it, on one line and without what cannot be seen, since a secret
    may become whole by that. What is no secret stays as it was written.
    """
    people = {person.name for entry in made.entries for unit in entry.units for person in unit.authors}
    words = sorted({*(entry.text for entry in made.entries), *people})
    lines = [one_line(word) for word in words]
    told = zip(words, lines, safe(lines), strict=True)
    changed = {word: said for word, line, said in told if said != line}
    return replace(made, entries=tuple(_said_with(entry, changed) for entry in made.entries)) if changed else made


def _said_with(entry: Entry, changed: Mapping[str, str]) -> Entry:
    """*entry* with the words that *changed* has for its own, and for the names of its people."""
    units = (
        replace(unit, authors=tuple(replace(one, name=changed.get(one.name, one.name)) for one in unit.authors))
        for unit in entry.units
    )
    return replace(entry, text=changed.get(entry.text, entry.text), units=tuple(units))
