"""Knows `.github/release.yml`, in which a project tells GitHub how to group its notes, and whom to leave out.

The keys are those of https://docs.github.com/en/repositories/releasing-projects-on-github/automatically-generated-release-notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

from agent_ci.core.notes.values import Person, Section, Unit

PATHS = (".github/release.yml", ".github/release.yaml")
_LOGIN = re.compile(r"^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$")
_TITLES: tuple[tuple[re.Pattern[str], Section], ...] = tuple(
    (re.compile(rf"\b(?:{words})", re.IGNORECASE), section)
    for words, section in (
        (r"secur|vulnerab", Section.SECURITY),
        (r"depend", Section.DEPENDENCIES),
        (r"deprecat", Section.DEPRECATED),
        (r"remov", Section.REMOVED),
        (r"break|incompatib|chang|enhance|improve|perform", Section.CHANGED),
        (r"fix|bug", Section.FIXED),
        (r"add|new|featur", Section.ADDED),
        (r"intern|docs?\b|document|chore|maint|test|ci\b|build|refactor", Section.INTERNAL),
    )
)
_EVERY = "*"
_LARGEST = 20_000  # characters, more than anybody needs


@dataclass(frozen=True, slots=True)
class _Category:
    title: str
    labels: frozenset[str]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Categories:
    """What the file says: categories in their order, and the labels and logins that no note tells of."""

    categories: tuple[_Category, ...] = ()
    labels: frozenset[str] = frozenset()
    logins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Categories:
        """Read the file; what has another shape than GitHub's counts as not there."""
        try:
            changelog = _mapping(_mapping(yaml.safe_load(text[:_LARGEST])).get("changelog"))
        except (yaml.YAMLError, ValueError, RecursionError):  # the last two: a day that is none, brackets without end
            return cls()
        rows = changelog.get("categories")
        found = tuple(
            _Category(
                _text(row.get("title")), _words(row.get("labels")), _words(_mapping(row.get("exclude")).get("labels"))
            )
            for row in map(_mapping, rows if isinstance(rows, list) else ())
        )
        left_out = _mapping(changelog.get("exclude"))
        return cls(found, _words(left_out.get("labels")), _words(left_out.get("authors")))

    def objection(self, unit: Unit) -> str:
        """Why *unit* is left out, empty where it is not."""
        if found := sorted(_folded(unit.labels) & self.labels):
            return f"release.yml leaves out what has the label {found[0]}"
        logins = [_login(person) for person in unit.authors]
        if logins and self.logins.issuperset(logins):
            return f"release.yml leaves out what {logins[0]} makes"
        return ""

    def section(self, unit: Unit) -> tuple[Section, str] | None:
        """The section of the first category that has a label of *unit*, and what says so; None where none has."""
        labels = _folded(unit.labels)
        for category in self.categories:
            if labels & category.labels and not labels & category.without:
                found = next((section for title, section in _TITLES if title.search(category.title)), Section.CHANGED)
                return found, f"its label is in the category {category.title} of release.yml"
        return None


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    words = value if isinstance(value, list) else ()
    return _folded(word for word in words if isinstance(word, str)) - {_EVERY}


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _login(person: Person) -> str:
    """The login that git shows of *person*: in the address that GitHub gives out, else the name itself."""
    found = _LOGIN.match(person.address)
    return (found[1] if found else person.name).casefold()
