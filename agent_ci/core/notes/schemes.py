"""Knows how a project counts its releases, by its own tags, and which version comes next by that count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agent_ci.core.notes.versions import Version, version

_RECENT = 5  # releases that show how a project counts today
SHOWN = 12  # releases whose days are looked at
_ENOUGH = 3  # releases without which a calendar of two digits is not believed
_CENTURY = 100
_PART = 2  # the place of the last number that SemVer knows
_FIRST = "0.1.0"


class Step(StrEnum):
    """Which number of a version a release moves, in the words of SemVer; a calendar knows the last two only."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def size(self) -> int:
        """0 for the smallest."""
        return list(Step).index(self)


class Kind(StrEnum):
    """What the numbers of a version follow, and how its previews are spelt."""

    SEMVER = "SemVer"
    PEP440 = "PEP 440"
    CALVER = "CalVer"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one package counts: ``releases`` are its stable ones, oldest first, ``previews`` all others.

    ``has_month`` and ``has_day`` say what the second and third number of a calendar version are.
    """

    kind: Kind
    releases: tuple[Version, ...]
    previews: tuple[Version, ...]
    has_month: bool = False
    has_day: bool = False

    @property
    def last(self) -> Version | None:
        """The newest stable release."""
        return self.releases[-1] if self.releases else None

    @property
    def is_unstable(self) -> bool:
        """Whether it is before 1.0, where SemVer promises nothing."""
        return self.kind is not Kind.CALVER and self.last is not None and not self.last.numbers[0]

    def next(self, step: Step, day: date) -> Version:
        """The stable release that moves *step*; *day* is that of the release."""
        if self.last is None:
            tag = f"{self.previews[-1].prefix if self.previews else 'v'}{_FIRST}"
            return version(tag) or Version(tag, "", (0, 1, 0))
        numbers = self._on(self.last.numbers, day, step) if self.kind is Kind.CALVER else self._moved(step)
        return self._named(numbers)

    def preview_after(self, target: Version) -> Version | None:
        """The preview of *target* after the ones that it has, None where it has none."""
        own = [one for one in self.previews if _same(one.numbers, target.numbers)]
        if not own:
            return None
        tag = max(own, key=lambda one: one.order).tag
        counted = re.sub(r"(\d+)$", lambda found: str(int(found[0]) + 1), tag)
        return version(counted if counted != tag else f"{tag}{'.' if self.kind is Kind.SEMVER else ''}2")

    def _moved(self, step: Step) -> tuple[int, ...]:
        assert self.last is not None  # noqa: S101 - asked for by `next` only; this tells the type checker
        numbers = (*self.last.numbers, *(0,) * (3 - len(self.last.numbers)))
        if step is Step.PATCH and not self._has_patches:
            step = Step.MINOR
        place = _PART - step.size
        moved = (*numbers[:place], numbers[place] + 1, *(0,) * (_PART - place))
        return moved[: self._width(step)]

    @property
    def _has_patches(self) -> bool:
        """Whether the third number is in use: not where the recent releases all have two."""
        recent = self.releases[-_ENOUGH:]
        return len(recent) < _ENOUGH or any(len(one.numbers) > _PART for one in recent)

    def _width(self, step: Step) -> int:
        """How many numbers a release of *step* is written with, as the last one was."""
        if step is Step.PATCH:
            return _PART + 1
        like = [one for one in self.releases if not any(one.numbers[_PART:])]
        return max(len(like[-1].numbers), _PART) if like else _PART + 1

    def _on(self, last: tuple[int, ...], day: date, step: Step) -> tuple[int, ...]:
        year = day.year % _CENTURY if last[0] < _CENTURY else day.year
        if self.has_day:
            today = (year, day.month, day.day)
            return (*today, (*last, 0)[3] + 1) if last[:3] == today else today
        if self.has_month:
            return self._in(last, (year, day.month))
        of_year = [one.numbers for one in self.releases if one.numbers[0] == last[0]]
        if last[0] != year:
            return (year, min(numbers[1] for numbers in of_year), *(0,) * (len(last) - _PART))
        if step is Step.PATCH and any(any(one.numbers[_PART:]) for one in self.releases[-_RECENT:]):
            return (*last[:_PART], last[_PART] + 1)
        return (year, last[1] + 1, *(0,) * (len(last) - _PART))

    @staticmethod
    def _in(last: tuple[int, ...], month: tuple[int, int]) -> tuple[int, ...]:
        """The release of *month* after *last*: the first, or one more."""
        if last[:_PART] == month:
            return (*month, (*last, 0)[_PART] + 1)
        return (*month, *(0,) * (len(last) - _PART))

    def _named(self, numbers: tuple[int, ...]) -> Version:
        assert self.last is not None  # noqa: S101 - as above
        written = self.last.tag.removeprefix(self.last.prefix)
        is_padded = bool(re.search(r"\.0\d", " ".join(one.tag for one in self.releases[-_RECENT:])))
        pad = 2 if self.kind is Kind.CALVER and is_padded and written else 1
        tag = self.last.prefix + ".".join(f"{number:0{pad}d}" for number in numbers)
        return Version(tag, self.last.prefix, numbers)


def scheme(known: tuple[Version, ...], days: Mapping[str, date]) -> Scheme:
    """How the package with the tags *known* counts; *days* are those of its newest releases, by tag."""
    ordered = sorted(known, key=lambda one: one.order)
    releases = tuple(one for one in ordered if not one.is_preview)
    previews = tuple(one for one in ordered if one.is_preview)
    every = [(one.numbers, days[one.tag]) for one in releases[-SHOWN:] if one.tag in days]
    dated = every[-_RECENT:]
    if _is_calendar(dated, every):
        has_month = _mostly([numbers[1] == day.month for numbers, day in dated])
        third = [abs(numbers[2] - day.day) <= 1 for numbers, day in dated if len(numbers) > _PART]
        has_day = has_month and _mostly(third)
        return Scheme(Kind.CALVER, releases, previews, has_month=has_month, has_day=has_day)
    return Scheme(_spelling(ordered), releases, previews)


def _is_calendar(dated: list[tuple[tuple[int, ...], date]], every: list[tuple[tuple[int, ...], date]]) -> bool:
    """Whether the first numbers of *dated* are years: of four digits, or of two where more tells of a calendar.

    That is a second number that is the month, or years that moved on with those of *every*.
    """
    if not dated:
        return False
    if _agree([numbers[0] == day.year for numbers, day in dated]):
        return True
    if len(dated) < _ENOUGH or not _agree([numbers[0] == day.year % _CENTURY for numbers, day in dated]):
        return False
    years = {numbers[0] for numbers, day in every if numbers[0] == day.year % _CENTURY}
    return len(years) > 1 or _agree([numbers[1] == day.month for numbers, day in dated])


def _agree(signs: list[bool]) -> bool:
    """Whether *signs* say yes, but for one where there are several: a release may be tagged in the next year."""
    return bool(signs) and sum(signs) >= len(signs) - (len(signs) >= _ENOUGH)


def _mostly(signs: list[bool]) -> bool:
    """Whether more of *signs* say yes than no: a release may be named some days before it is tagged."""
    return sum(signs) * 2 > len(signs)


def _spelling(ordered: list[Version]) -> Kind:
    previews = [one for one in ordered if one.is_preview]
    if previews:
        return Kind.SEMVER if f"-{previews[-1].pre}" in previews[-1].tag.lower() else Kind.PEP440
    return Kind.PEP440 if ordered and len(ordered[-1].numbers) != _PART + 1 else Kind.SEMVER


def _same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    width = max(len(one), len(other))
    return (*one, *(0,) * width)[:width] == (*other, *(0,) * width)[:width]
