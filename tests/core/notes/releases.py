"""Ranges and ledgers for tests of release notes, made of titles."""

from __future__ import annotations

from collections.abc import Iterable

from agent_ci.core.notes.rendering import Place
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Commit, Entry, Ledger, Person, Range, Section, Unit

ADA = Person("Ada", "ada@example.org")
HERE = Place("https://forge.example/shop/till")


def range_of(titles: Iterable[str], author: Person = ADA) -> Range:
    """Commits of the main line with these subjects, the newest first, each of which changes a file that users get."""
    titles = list(titles)
    ids = [f"{number:040x}" for number in range(1, 1 + len(titles))]
    parents = [*ids[1:], "f" * 40][: len(ids)]
    commits = {
        id_: Commit(id_, (parent,), author, title, ("till/price.py",))
        for id_, parent, title in zip(ids, parents, titles, strict=True)
    }
    return Range("v1.0.0", ids[0] if ids else "f" * 40, commits, tuple(ids))


def told(*titles: str) -> Ledger:
    """The account of commits with these subjects."""
    return ledger(range_of(titles))


def saying(*texts: str, person: Person = ADA) -> Ledger:
    """An account whose entries say *texts*, whatever they are, by *person*."""
    range_ = range_of("x" for _ in texts)
    units = [
        Unit(f"#{number}", text, "", id_, (id_,), (person,), ("till/price.py",))
        for number, (text, id_) in enumerate(zip(texts, range_.commits, strict=True), 1)
    ]
    sections = [list(Section)[number % len(Section)] for number in range(len(units))]
    entries = [Entry(section, unit.title, (unit,), "a test") for section, unit in zip(sections, units, strict=True)]
    return Ledger(range_, tuple(sorted(entries, key=lambda one: list(Section).index(one.section))), ())
