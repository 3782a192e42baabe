"""Knows a changelog in Markdown: its headings, how it spells a release, and where the notes of the next one go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import ClassVar

from markdown_it import MarkdownIt
from markdown_it.utils import EnvType

from agent_ci.core.notes.release import digest
from agent_ci.core.notes.rendering import Style
from agent_ci.core.notes.values import Section
from agent_ci.core.notes.versions import PREVIEWS, version

NAMES = ("CHANGELOG.md", "CHANGES.md", "HISTORY.md", "RELEASES.md", "NEWS.md", "docs/CHANGELOG.md", "docs/changelog.md")
"""Where a changelog in Markdown usually is, the most usual place first."""

OTHERS = re.compile(r"(docs/)?(changelog|changes|history|news)(\.(txt|adoc))?", re.IGNORECASE)
"""Changelogs in formats that are not written to."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_BOM = "\ufeff"
_VERSION = re.compile(rf"(?<![\w.])v?\d+(?:\.\d+)+(?:[-.]?(?i:{PREVIEWS}|post)[-.]?\d*(?:\.\d+)*)?\b")
_AHEAD = re.compile(r"[\[*\s]*(?:unreleased|upcoming|next|development|dev|main|master|tbd)\b", re.IGNORECASE)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS)
_DAYS = re.compile(
    rf"(?P<iso>\d{{4}}(?P<sign>[-/.])\d\d(?P=sign)\d\d)|(?P<month>{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?, \d{{4}}"
    rf"|\d{{1,2}} (?P<after>{_MONTH}) \d{{4}}",
)
_LINKED = re.compile(r"\[([^\]\[]*)\]\([^()\s]*\)")
_WORD = re.compile(r"(?!released\b|on\b)\b\w+", re.IGNORECASE)  # behind a version: a name that is that release's own
_WORDS = {
    Section.ADDED: ("added", "features", "new features", "new", "enhancements"),
    Section.CHANGED: ("changed", "changes", "improvements", "improved"),
    Section.DEPRECATED: ("deprecated", "deprecations"),
    Section.REMOVED: ("removed", "removals"),
    Section.FIXED: ("fixed", "bug fixes", "bugfixes", "fixes", "bugs"),
    Section.SECURITY: ("security", "security fixes"),
}
_MOST_READ = 400  # headings that its habits are read from


class UnknownFormError(ValueError):
    """A changelog that cannot be added to; the message says why, as the rest of a sentence about the file."""


class EditedError(ValueError):
    """The section of the release is there already, and a person wrote in it; the message says so."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on the lines *start* to *end* (excluded, from 0)."""

    level: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Release:
    """What is to be added: *name* is its version, *day* is YYYY-MM-DD, *body* are its notes without a heading.

    ``link`` leads to everything that changed, "" for nowhere.
    """

    name: str
    day: str
    body: str
    link: str = ""


@dataclass(frozen=True)
class Changelog:
    """The *text* of a changelog, with its own line ends, as it is: what is no UTF-8 as surrogates."""

    text: str
    marks: ClassVar[tuple[str, str]] = ("<!-- agent-ci:notes sha256=", " -->")

    @cached_property
    def style(self) -> Style:
        """How it spells the notes of a release."""
        releases = self._releases
        level = releases[0].level if releases else 2
        lower = [heading for heading in self._headings if heading.level > level][:_MOST_READ]
        known = Counter(heading.text.strip().rstrip(":") for heading in lower)
        below = min((heading.level for heading in lower), default=level + 1)
        names: dict[str, str] = {}
        for section, words in _WORDS.items():
            used = [name for name in known if name.casefold() in words]
            if used:
                names[section] = max(used, key=lambda name: known[name])
        stars, dashes = (len(re.findall(rf"^{sign} ", self.text, re.MULTILINE)) for sign in (r"\*", "-"))
        return Style(level, below, "*" if stars > dashes else "-", names)

    def with_release(self, release: Release) -> str:
        """The text with the section of *release* above the one before it; one that we wrote before is written anew.

        Nothing else changes. Raises UnknownFormError, and EditedError where a person wrote in the section.
        """
        if old := self._written(release):
            return self._replaced(old, release)
        lines = list(self._lines)
        newest = self._before(release)
        place = self._place(newest) if newest else self._end_of_introduction()
        section = [*self._spelled(release, newest), *([""] if place < len(lines) else [])]
        if place and lines[place - 1].strip():
            section = ["", *section] if lines[place - 1].endswith(("\n", "\r")) else ["", "", *section]
        added = "".join(f"{line}{self._end}" for line in section)
        at, line = self._reference(release, newest)
        reference = f"{line}{self._end}" if line else ""
        return "".join((*lines[:place], added, *lines[place:at], reference, *lines[at:]))

    def without(self, release: Release) -> str:
        """The text without the section of *release* that we wrote, and without the definition of its name.

        Raises EditedError as ``with_release``.
        """
        start, end = self._written(release) or (0, 0)
        defined = re.compile(rf"\[v?{re.escape(_bare(release.name))}\]: {re.escape(release.link)}\s*")
        rest = [*self._lines[:start], *self._lines[end:]]
        return "".join(line for line in rest if not (release.link and defined.fullmatch(line)))

    @property
    def of_people(self) -> tuple[str, ...]:
        """The lines without those of the sections that we wrote and nobody changed since."""
        spans = [(one.start, self._section_end(one)) for one in self._releases]
        ours = {
            line
            for one, (start, end) in zip(self._releases, spans, strict=True)
            if self._is_as_written(one.end, end)
            for line in range(start, end)
        }
        return tuple(line for number, line in enumerate(self._lines) if number not in ours)

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return tuple(_LINE.findall(self.text))

    @cached_property
    def _parsed(self) -> tuple[tuple[Heading, ...], Mapping[str, int]]:
        """The headings, and the line of each reference that is defined."""
        return _read(self.text)

    @property
    def _headings(self) -> tuple[Heading, ...]:
        return self._parsed[0]

    @cached_property
    def _releases(self) -> tuple[Heading, ...]:
        """The headings of releases, as they stand in the file: all of one level."""
        named = [one for one in self._headings if _names_version(one.text) and not _AHEAD.match(one.text)]
        if not named:
            return ()
        level = Counter(one.level for one in named).most_common(1)[0][0]
        return tuple(one for one in named if one.level == level)

    @cached_property
    def _end(self) -> str:
        found = re.search(r"\r\n?|\n", self.text)
        return found[0] if found else "\n"

    def _before(self, release: Release) -> Heading | None:
        """The heading of the release before *release*, else of another one, None where there is none."""
        others = [one for one in self._releases if _version_in(one) != _bare(release.name)]
        return next((one for one in others if _order(one.text) < _order(release.name)), (*others, None)[0])

    def _end_of_introduction(self) -> int:
        """The line where the first release goes. Raises UnknownFormError where releases are told in another way."""
        ahead = next((one for one in self._headings if _AHEAD.match(one.text)), None)
        items = [line for line in self._lines if re.match(r"\s*[-*+] ", line)]
        if (items or len(self._headings) > 1) and ahead is None:
            raise UnknownFormError("has no heading that names a version, so that it is not known where a release goes")
        if ahead:
            later = (one.start for one in self._headings if one.start > ahead.start and one.level <= ahead.level)
            return min((*later, self._definitions(ahead.end)))
        return self._definitions(0)

    def _definitions(self, start: int) -> int:
        """The line after *start* where nothing but definitions of references follows."""
        defined = set(self._parsed[1].values())
        end = len(self._lines)
        while end > start and (end - 1 in defined or not self._lines[end - 1].strip()):
            end -= 1
        return next((line for line in range(end, len(self._lines)) if line in defined), len(self._lines))

    def _spelled(self, release: Release, newest: Heading | None) -> Iterator[str]:
        """The lines of the section, without line ends."""
        yield from (*self._headed(release, newest), *self._content(release))

    def _headed(self, release: Release, newest: Heading | None) -> Iterator[str]:
        """The lines of the heading."""
        yield from _heading(release, newest, self._lines)

    def _place(self, newest: Heading) -> int:
        """The line before which the section above *newest* goes."""
        return newest.start

    def _content(self, release: Release) -> tuple[str, ...]:
        """The lines below the heading: a comment with the digest of what we wrote, and that."""
        return ("", digest(release.body).join(self.marks), "", *release.body.rstrip("\n").split("\n"))

    def _reference(self, release: Release, newest: Heading | None) -> tuple[int, str]:
        """The line before which the address of ``[1.2.0]`` is defined, and how; "" in a file that defines no such."""
        old = _VERSION.search(newest.text) if newest else None
        line = self._parsed[1].get(old[0].upper()) if old and newest and f"[{old[0]}]" in newest.text else None
        if old is None or newest is None or line is None or line < newest.start or not release.link:
            return len(self._lines), ""
        return line, f"[{_like(old[0], release.name)}]: {release.link}"

    def _written(self, release: Release) -> tuple[int, int] | None:
        """The lines of the section of *release*, None where there is none. Raises EditedError."""
        for one in self._releases:
            if _version_in(one) != _bare(release.name):
                continue
            end = self._section_end(one)
            if not self._is_as_written(one.end, end):
                raise EditedError(
                    f"has a section {one.text!r:.80} that a person wrote or changed, which stays as it is"
                )
            return one.start, end
        return None

    def _section_end(self, one: Heading) -> int:
        later = (other for other in self._headings if other.start > one.start and other.level <= one.level)
        return min((*map(self._place, later), self._definitions(one.end)))

    def _is_as_written(self, start: int, end: int) -> bool:
        text = "".join(self._lines[start:end]).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        mark = re.match("([0-9a-f]{64})".join(map(re.escape, self.marks)), text)
        return bool(mark and digest(text[mark.end() :]) == mark[1])

    def _replaced(self, old: tuple[int, int], release: Release) -> str:
        start, end = old
        heading = next(one for one in self._releases if one.start == start)
        text = "".join(f"{line}{self._end}" for line in self._content(release))
        rest = self._lines[heading.end : end]
        tail = "".join(rest)[len("".join(rest).rstrip("\r\n")) :]
        body = text.rstrip("\r\n") + tail
        return "".join((*self._lines[: heading.end], body, *self._lines[end:]))


@lru_cache(maxsize=2)  # the text before and after, which are looked at several times; long ones take a while
def _read(text: str) -> tuple[tuple[Heading, ...], Mapping[str, int]]:
    reader = MarkdownIt("commonmark")
    reader.core.ruler.enableOnly(["normalize", "block"])
    around: EnvType = {}
    tokens = reader.parse(text.removeprefix(_BOM), around)
    found = [
        Heading(int(token.tag[1:]), inline.content, *token.map)
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]
    references = {name: int(one["map"][0]) for name, one in around.get("references", {}).items()}
    return tuple(found), references


def faults(old: str, new: str, release: Release, form: type[Changelog] = Changelog) -> tuple[str, ...]:
    """What speaks against *new* as *old* with the section of *release*, and nothing else that is different."""
    before, after = form(old), form(new)
    try:
        rest, kept = after.without(release), before.without(release)
    except EditedError as error:
        return (f"the changelog {error}",)
    if rest not in (kept, *(f"{kept}{end}" for end in ("\n", "\n\n", "\r\n", "\r\n\r\n"))):
        return ("text of the changelog outside of the new section would change",)
    said = new.replace("\r\n", "\n").replace("\r", "\n")
    return () if release.body.strip("\n") in said else ("the changelog would not say what the notes say",)


def keeps(old: str, new: str, form: type[Changelog] = Changelog) -> bool:
    """Whether *new* has every line of *old* that people wrote, in their order; only the last one may get an end."""
    kept = form(old).of_people
    lines = iter(_LINE.findall(new))
    if not kept:
        return True
    last = kept[-1].rstrip("\r\n")
    return all(line in lines for line in kept[:-1]) and any(line.rstrip("\r\n") == last for line in lines)


def _names_version(text: str) -> bool:
    """Whether a heading is that of a release: its version comes first, behind no more than a name."""
    found = _VERSION.search(text)
    return bool(found and len(text[: found.start()].split()) <= 2)  # noqa: PLR2004 - "Release v1.0", "[1.0]"


def _heading(release: Release, newest: Heading | None, lines: tuple[str, ...]) -> Iterator[str]:
    """The heading of *release*, spelled as that of the *newest* one before; as Keep a Changelog has it without one."""
    if newest is None:
        yield f"## {release.name} - {release.day}"
        return
    spelled = in_style_of(newest.text, release)
    if newest.end - newest.start > 1:  # it is underlined
        sign = lines[newest.end - 1].strip()[:1]
        yield spelled
        yield sign * max(3, len(spelled))
    else:
        closing = re.search(r"\s(#+)\s*$", lines[newest.start])
        yield f"{'#' * newest.level} {spelled}" + (f" {closing[1]}" if closing else "")


def in_style_of(text: str, release: Release) -> str:
    """The heading of *release*, in which version, day and link stand as in *text*, that of another one."""
    found = _VERSION.search(text)
    assert found is not None  # noqa: S101 - that is what makes it the heading of a release
    spelled = text[: found.start()] + "\0" + text[found.end() :]
    spelled = _LINKED.sub(lambda link: f"[{link[1]}]({release.link})" if release.link else link[1], spelled)
    own = _WORD.search(_DAYS.sub("", _LINKED.sub(r"\1", spelled).partition("\0")[2], count=1))
    named = _like(found[0], release.name)
    return f"{named} - {release.day}" if own else dated(spelled, release.day).replace("\0", named)


def dated(text: str, day: str) -> str:
    """*text* with *day* (YYYY-MM-DD) in the place of the first day that it names, spelled as that one."""
    return _DAYS.sub(lambda match: _spelled_day(day, match), text, count=1)


def _like(old: str, name: str) -> str:
    """*name* with a "v" in front where *old* has one, and without where not."""
    return f"v{_bare(name)}" if old.startswith("v") else _bare(name)


def _version_in(heading: Heading) -> str:
    """The version that *heading* names, without a "v"; empty where it names none."""
    return _bare(found[0]) if (found := _VERSION.search(heading.text)) else ""


def _order(text: str) -> tuple[tuple[int, ...], int, int, tuple[int, ...]]:
    """What the versions in headings are compared by; one that nobody counts like that comes before all others."""
    found = _VERSION.search(text)
    counted = version(found[0]) if found else None
    return counted.order if counted else ((), 0, 0, ())


def _bare(name: str) -> str:
    """The version in *name*, a tag, without what stands before its numbers."""
    found = re.search(r"\d+(?:\.\d+)+.*", name)
    return found[0] if found else name


def _spelled_day(day: str, as_in: re.Match[str]) -> str:
    """*day* as the date before it was spelled."""
    when = date.fromisoformat(day)
    if sign := as_in["sign"]:
        return day.replace("-", sign)
    model = as_in["month"] or as_in["after"]
    name = _MONTHS[when.month - 1]
    name = name if model in _MONTHS else name[:3]
    return f"{name} {when.day}, {when.year}" if as_in["month"] else f"{when.day} {name} {when.year}"
