"""Knows versions by their tags: SemVer, PEP 440 and CalVer, with the prefix of a package, and which came before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PREVIEWS = "a|b|c|rc|alpha|beta|pre|preview|dev|next|canary|nightly|m"
"""What versions call previews, as alternatives of a pattern whose case does not count."""

_TAG = re.compile(
    rf"""(?P<prefix>.*?(?:^|[@/_-])v?|v)?                           # "v", "package@", "package-v"
    (?P<numbers>\d+(?:\.\d+){{1,3}})
    (?:[-._]?(?P<pre>(?:{PREVIEWS})[-.]?\d*(?:\.\d+)*))?
    (?P<build>(?:[+]|[-.]?post)[\w.-]*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_ORDER = {"dev": 0, "nightly": 0, "canary": 0, "next": 1, "a": 2, "alpha": 2, "m": 2, "b": 3, "beta": 3}


@dataclass(frozen=True, slots=True)
class Version:
    """A release: its ``numbers``, and ``pre`` where it is a preview of it. ``prefix`` is what its tag begins with."""

    tag: str
    prefix: str
    numbers: tuple[int, ...]
    pre: str = ""

    @property
    def is_preview(self) -> bool:
        """Whether it precedes the release of its numbers."""
        return bool(self.pre)

    @property
    def package(self) -> str:
        """The prefix without the "v" that some write before the numbers."""
        return re.sub(r"v$", "", self.prefix, flags=re.IGNORECASE)

    @property
    def order(self) -> tuple[tuple[int, ...], int, int, tuple[int, ...]]:
        """What versions of one package are compared by: a preview precedes its release, ``.post1`` comes after it."""
        padded = (*self.numbers, *(0,) * (4 - len(self.numbers)))
        if not self.pre:
            again = re.search(r"\d[-.]?post[-.]?(\d*)", self.tag.removeprefix(self.prefix), re.IGNORECASE)
            return padded, 1, 0, (int(again[1] or 0),) if again else ()
        word = re.match(r"[a-z]+", self.pre, re.IGNORECASE)
        rank = _ORDER.get(word[0].lower(), 4) if word else 4
        return padded, 0, rank, tuple(map(int, re.findall(r"\d+", self.pre)))


def version(tag: str) -> Version | None:
    """The version that *tag* names, None where it names none."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    numbers = tuple(map(int, found["numbers"].split(".")))
    return Version(tag, found["prefix"] or "", numbers, (found["pre"] or "").lower())


def released(tags: Iterable[str], *, before: str) -> frozenset[str]:
    """The versions of three or more numbers among *tags* that are not after *before*, a tag, without their prefixes."""
    since = version(before)
    if since is None:
        return frozenset()
    every = (one for tag in tags if (one := version(tag)) and one.package == since.package and one.order <= since.order)
    return frozenset(".".join(map(str, one.numbers)) for one in every if _is_whole(one))


def _is_whole(one: Version) -> bool:
    return len(one.numbers) > 2 and not one.is_preview  # noqa: PLR2004 - as "three" says


def baseline(tags: Iterable[str], *, release: Version | None, package: str = "") -> Version | None:
    """The release to compare with: the last of *package* among *tags*, which are those that are reachable.

    It is a stable one, unless *release*, the version that the notes are for, is a preview itself. Only earlier ones
    than *release* count.
    """
    found = [one for tag in tags if (one := version(tag)) and one.package == package]
    if release is not None:
        found = [one for one in found if one.order < release.order]
    if release is None or not release.is_preview:
        found = [one for one in found if not one.is_preview]
    return max(found, key=lambda one: one.order, default=None)
