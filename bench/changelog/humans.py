"""Reads what maintainers wrote by hand: the entries of one version in a Markdown or reStructuredText changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NAMES = re.compile(r"(^|/)(CHANGES|CHANGELOG|HISTORY|release-notes)\.(md|rst)$", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"([=\-~^\"'`*+])\1{2,}\s*$")
_LABEL = re.compile(r"\**([A-Z][\w /&-]{2,40}?)\**:\**\s*$")
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)(?![\w.]*\d)")
_ITEM = re.compile(r"(\s*)[-*+]\s+(\S.*)$")
_NUMBER = re.compile(r"(?<![\w/&])#(\d+)\b|[:{](?:pr|issue|gh|pull|user)[:}]`(\d+)`|/(?:pull|issues)/(\d+)\b")
_NOT_FOR_USERS = re.compile(
    r"\b(docs?|documentation|internal\w*|tests?|testing|ci|misc\w*|contribut\w+|community|thanks|project|maint\w+|"
    r"infrastructure|development|chores?|repository)\b",
    re.IGNORECASE,
)
_NOT_FOR_USERS_MARKS = ("📚", "💼", "🧪")
_SECTIONS = tuple(
    (re.compile(rf"\b(?:{words})", re.IGNORECASE), section)
    for words, section in (
        ("secur", "Security"),
        ("deprecations? and remov|remov", "Removed"),
        ("deprecat", "Deprecated"),
        ("fix|bug", "Fixed"),
        ("add|new|feature", "Added"),
        ("chang|enhance|improve|perform", "Changed"),
    )
)
_SOMEBODY = re.compile(r"@[\w-]+\s*(\(.*\))?$")


@dataclass(frozen=True)
class Human:
    """One entry as a person wrote it: its text in one line, the numbers it cites, and whether users are meant.

    ``section`` is its own in the words of Keep a Changelog, empty where its heading has none of them.
    """

    text: str
    numbers: frozenset[str]
    is_for_users: bool
    section: str = ""


def entries(text: str, numbers: tuple[int, ...]) -> tuple[Human, ...]:
    """The entries that a changelog holds for the version *numbers*; empty where it has no such section."""
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(_entries(lines, *_section(lines, _plain(numbers))))


def cited(text: str) -> frozenset[str]:
    """The numbers of change requests and issues of the project itself that *text* names."""
    return frozenset(one or role or link for one, role, link in _NUMBER.findall(text))


def _plain(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """*numbers* without zeros at the end, so that 4.2 and 4.2.0 are the same."""
    return _plain(numbers[:-1]) if numbers and numbers[-1] == 0 else numbers


def _headings(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """The line, the kind and the text of each heading."""
    for index, line in enumerate(lines):
        if found := _HEADING.match(line):
            yield index, found[1], found[2]
        elif index and (found := _UNDERLINE.match(line)) and lines[index - 1].strip() and not _ITEM.match(line):
            yield index - 1, found[1], lines[index - 1].strip()


def _section(lines: list[str], wanted: tuple[int, ...]) -> tuple[int, int]:
    """The first line of the section and the line behind it."""
    named = [(index, kind, found[1]) for index, kind, text in _headings(lines) if (found := _VERSION.search(text))]
    for index, kind, version in named:
        if _plain(tuple(map(int, version.split(".")))) == wanted:
            ends = (line for line, other, _ in named if line > index and other == kind)
            return index + 1, next(ends, len(lines))
    return 0, 0


def _entries(lines: list[str], first: int, behind: int) -> Iterator[Human]:
    headings = {index: text for index, _, text in _headings(lines)}
    heading, gathered = "", list[str]()
    outermost = min((len(found[1]) for line in lines[first:behind] if (found := _ITEM.match(line))), default=0)
    for index in range(first, behind):
        line, item = lines[index], _ITEM.match(lines[index])
        label = None if line[:1] in (" ", "-", "*") and not line.startswith("**") else _LABEL.match(line.strip())
        is_new = index in headings or bool(label) or bool(item and len(item[1]) <= outermost)
        if is_new and gathered:
            yield _human(gathered, heading)
            gathered = []
        if index in headings or label:
            heading = headings.get(index) or (label[1] if label else "")
        elif item and is_new:
            gathered = [item[2]]
        elif gathered and (line.startswith((" ", "\t")) or not line.strip() or lines[index - 1].strip()):
            gathered.append(line.strip())
        elif gathered:
            yield _human(gathered, heading)
            gathered = []
    if gathered:
        yield _human(gathered, heading)


def _human(gathered: list[str], heading: str) -> Human:
    text = " ".join(part for part in gathered if part)
    is_for_others = _NOT_FOR_USERS.search(heading) or text.startswith(_NOT_FOR_USERS_MARKS) or _SOMEBODY.match(text)
    section = next((section for words, section in _SECTIONS if words.search(heading)), "")
    return Human(text, cited(text), not is_for_others, section)
