"""Knows what labels say of a change: by `.github/release.yml`, with which GitHub groups notes, else as usual.

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
        (r"break|(?:backwards?[- ])?incompatib", Section.CHANGED),
        (r"intern|docs?\b|document|chore|maint|tests?\b|testing|ci\b|build|refactor|infra|housekeep", Section.INTERNAL),
        (r"fix|bug", Section.FIXED),
        (r"add|new\b|featur", Section.ADDED),
        (r"chang|enhance|improve|perform", Section.CHANGED),
    )
)
_BREAKING = re.compile(
    r"(?<!\bnon[- ])(?<!\bnot[- ])(?<!\bno[- ])\bbreaking\b|\bbackwards?[-_ ]incompatib|\bincompatible changes?\b",
    re.IGNORECASE,
)
_USUAL: Mapping[str, Section] = {
    **dict.fromkeys(("enhancement", "feature", "feature request", "new feature"), Section.ADDED),
    **dict.fromkeys(("bug", "bugfix", "fix", "regression"), Section.FIXED),
    **dict.fromkeys(("change", "improvement", "performance", "breaking", "breaking change"), Section.CHANGED),
    **dict.fromkeys(("deprecation", "deprecated"), Section.DEPRECATED),
    **dict.fromkeys(("removal", "removed"), Section.REMOVED),
    **dict.fromkeys(("security", "vulnerability"), Section.SECURITY),
    **dict.fromkeys(("dependencies", "dependency"), Section.DEPENDENCIES),
    **dict.fromkeys(
        ("documentation", "docs", "chore", "maintenance", "internal", "refactoring", "tests", "testing", "ci",
         "skip changelog", "no changelog"),
        Section.INTERNAL,
    ),
}  # fmt: skip
_KIND = re.compile(r"^(?:type|kind|category|changelog|t|c)\s*(?:::|[:/-])\s*", re.IGNORECASE)
_EVERY = "*"
_LARGEST = 20_000  # characters, more than anybody needs


@dataclass(frozen=True, slots=True)
class _Category:
    title: str
    labels: frozenset[str]
    without: frozenset[str] = frozenset()
    without_logins: frozenset[str] = frozenset()

    def takes(self, labels: frozenset[str], logins: frozenset[str]) -> bool:
        """Whether a change with *labels* by *logins* belongs here."""
        is_left_out = bool(labels & self.without) or bool(logins and self.without_logins.issuperset(logins))
        return not is_left_out and bool(_EVERY in self.labels or labels & self.labels)


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
            text = text[:_LARGEST]
            if any(map(_is_merge, yaml.scan(text))):
                return cls()  # a few of them, one in the other, take as long as one likes
            changelog = _mapping(_mapping(yaml.safe_load(text)).get("changelog"))
        except (yaml.YAMLError, ValueError, RecursionError):  # the last two: a day that is none, brackets without end
            return cls()
        rows = changelog.get("categories")
        found = tuple(
            _Category(
                _text(row.get("title")),
                _words(row.get("labels")),
                _words(_mapping(row.get("exclude")).get("labels")),
                _logins(_words(_mapping(row.get("exclude")).get("authors"))),
            )
            for row in map(_mapping, rows if isinstance(rows, list) else ())
        )
        left_out = _mapping(changelog.get("exclude"))
        return cls(found, _words(left_out.get("labels")), _logins(_words(left_out.get("authors"))))

    def objection(self, unit: Unit) -> str:
        """Why *unit* is left out, empty where it is not."""
        if found := sorted(_folded(unit.labels) & self.labels):
            return f"release.yml leaves out what has the label {found[0]}"
        logins = _authors(unit)
        if logins and self.logins.issuperset(logins):
            return f"release.yml leaves out what {min(logins)} makes"
        return ""

    def section(self, unit: Unit) -> tuple[Section, str] | None:
        """The section of the category of *unit*, else that of a label that many projects use, and what says so.

        None where no label says anything. So it is for a category of every label (``*``): what it is called says
        nothing of a change.
        """
        if category := self._category(unit):
            found = next((section for title, section in _TITLES if title.search(category.title)), Section.CHANGED)
            return found, f"its label is in the category {category.title} of release.yml"
        found_labels = ((_USUAL.get(_usual(label)), label) for label in unit.labels)
        return next(((section, f"its label is {label}") for section, label in found_labels if section), None)

    def is_breaking(self, unit: Unit) -> bool:
        """Whether a label of *unit*, or the category that it is in, says that users have to change something."""
        category = self._category(unit)
        return any(map(_BREAKING.search, (*unit.labels, category.title if category else "")))

    def _category(self, unit: Unit) -> _Category | None:
        """The first that takes *unit*, None where that is one of every label."""
        labels, logins = _folded(unit.labels), _authors(unit)
        found = next((category for category in self.categories if category.takes(labels, logins)), None)
        return found if found and labels & found.labels else None


def _is_merge(token: yaml.Token) -> bool:
    """Whether *token* makes a key one that other mappings are merged by: by its sign, or by its type."""
    if isinstance(token, yaml.TagToken):
        return "merge" in "".join(token.value)
    return isinstance(token, yaml.ScalarToken) and token.plain and token.value == "<<"


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    words = value if isinstance(value, list) else ()
    return _folded(word for word in words if isinstance(word, str))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _usual(label: str) -> str:
    """*label* without what kind of label it is, and with spaces between its words."""
    return " ".join(re.split(r"[\s_-]+", _KIND.sub("", label.strip()).casefold()))


def _authors(unit: Unit) -> frozenset[str]:
    """Who made *unit*: as the forge knows them, else by what git shows of each of them."""
    return _logins([unit.login.casefold()] if unit.login else [_login(person) for person in unit.authors])


def _logins(names: Iterable[str]) -> frozenset[str]:
    """*names* without the ``[bot]`` that only some have."""
    return frozenset(name.removesuffix("[bot]") for name in names)


def _login(person: Person) -> str:
    """The login that git shows of *person*: in the address that GitHub gives out, else the name itself."""
    found = _LOGIN.match(person.address)
    return (found[1] if found else person.name).casefold()
