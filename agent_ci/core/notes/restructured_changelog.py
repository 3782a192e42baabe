"""Knows a changelog in reStructuredText: its headings by how they are underlined, and where the next release goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from agent_ci.core.notes.changelog import (
    Changelog,
    Heading,
    Release,
    UnknownFormError,
    dated,
    in_style_of,
)
from agent_ci.core.notes.rendering import Style

NAMES = ("CHANGES.rst", "CHANGELOG.rst", "HISTORY.rst", "NEWS.rst", "docs/changelog.rst", "docs/changes.rst")
"""Where a changelog in reStructuredText usually is."""

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*")
_SHORTEST = 4  # signs of an adornment that is shorter than its title, as docutils has it
_TARGET = re.compile(r"\.\. _[^:]+:\s*$")
_RELEASED = re.compile(r"(?:released?(?: on)?|date):?\s", re.IGNORECASE)
_MARKED = re.compile(r"[`|\\]|_\b")  # markup in a heading: links, substitutions
_ITEM = re.compile(r"([-*+]) ")


@dataclass(frozen=True)
class StructuredChangelog(Changelog):
    """The *text* of such a file. One whose structure is not plain is not added to."""

    marks: ClassVar[tuple[str, str]] = (".. agent-ci:notes sha256=", "")

    @cached_property
    def style(self) -> Style:
        """How it spells the notes of a release: names of sections are underlined, or there are none."""
        usual = super().style
        inner = next((one for one in self._headings if one.level > usual.level), None)
        signs = [found[1] for line in self._lines if (found := _ITEM.match(line))]
        bullet = max(("-", "*", "+"), key=signs.count)
        underline = self._underline(inner) if inner and inner.end - inner.start == _PLAIN else ""
        return replace(usual, bullet=bullet, underline=underline)

    def with_release(self, release: Release) -> str:
        """As ``Changelog.with_release``; without a heading to take over, UnknownFormError is raised.

        Where the release before tells its day in a line of its own, so does this one.
        """
        model = self._before(release)
        if model is None or _MARKED.search(model.text):
            raise UnknownFormError("has no plain heading that names a version and is underlined")
        following = next((line.strip() for line in self._lines[model.end :] if line.strip()), "")
        if _RELEASED.match(following) and (told := dated(following, release.day)) != following:
            release = replace(release, body=f"{told}\n\n{release.body}")
        return super().with_release(release)

    @cached_property
    def _parsed(self) -> tuple[tuple[Heading, ...], dict[str, int]]:
        """The headings: the first kind of adornment is the outermost, as reStructuredText has it."""
        kinds: list[tuple[str, bool]] = []
        found: list[Heading] = []
        for start, text, end in self._titles():
            kind = (self._lines[end - 1].strip()[0], end - start > _PLAIN)
            kinds += [] if kind in kinds else [kind]
            found.append(Heading(kinds.index(kind) + 1, text, start, end))
        return tuple(found), {}

    def _titles(self) -> Iterator[tuple[int, str, int]]:
        """First line, text and the line behind each title."""
        lines = [line.rstrip("\r\n") for line in self._lines]
        for index in range(1, len(lines)):
            text, below = lines[index - 1], lines[index].rstrip()
            above = lines[index - 2].rstrip() if index > 1 else ""
            is_long = len(below) >= min(len(text.strip()), _SHORTEST)
            if not (_is_adornment(below) and is_long) or not text.strip() or _is_adornment(text.rstrip()):
                continue
            if above == below:
                yield index - 2, text.strip(), index + 1
            elif not above and not text[0].isspace():
                yield index - 1, text.strip(), index + 1

    def _headed(self, release: Release, newest: Heading | None) -> Iterator[str]:
        """The heading as that of *newest*, between two lines where that one is."""
        assert newest is not None  # noqa: S101 - with_release looked for it
        title = in_style_of(newest.text, release)
        line = self._underline(newest) * max(len(title), _SHORTEST)
        yield from ((line,) if newest.end - newest.start > _PLAIN else ())
        yield from (title, line)

    def _place(self, newest: Heading) -> int:
        """The line of *newest*, or of the names that links know it by."""
        place = newest.start
        for index in range(newest.start - 1, -1, -1):
            if _TARGET.match(self._lines[index]):
                place = index
            elif self._lines[index].strip():
                break
        return place

    def _underline(self, heading: Heading) -> str:
        return self._lines[heading.end - 1].strip()[0]


_PLAIN = 2  # lines of a title without a line above it


def form_of(path: str) -> type[Changelog]:
    """The language of the changelog at *path*, by its name."""
    return StructuredChangelog if path.endswith(".rst") else Changelog


def _is_adornment(line: str) -> bool:
    return len(line) > 1 and bool(_ADORNMENT.fullmatch(line))
