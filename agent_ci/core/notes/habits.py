"""Knows whether the changes of a project bring their own entry to its changelog, so that one without is no news."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_ci.core.notes import audience
from agent_ci.core.notes.values import Unit

_CHANGELOG = re.compile(
    r"(^|/)(CHANGE(S|LOG|_LOG)?|HISTORY|NEWS|RELEASE[-_]?NOTES)(\.(md|rst|txt|adoc))?$", re.IGNORECASE
)
_FRAGMENT = re.compile(
    r"(^|/)(news|newsfragments|changelog\.d|changelog|changes|\.changes|\.changeset)/"
    r"(?!README|template|config|_)[^/]+\.(md|rst|txt)$",
    re.IGNORECASE,
)
_FEWEST = 6
_SHARE = 0.6


def is_changelog(path: str) -> bool:
    """Whether *path* holds what people wrote for users about changes: a changelog, or a fragment of one."""
    return bool(_CHANGELOG.search(path)) or is_fragment(path)


def is_fragment(path: str) -> bool:
    """Whether *path* holds one entry that a release will put into the changelog."""
    return bool(_FRAGMENT.search(path))


def brings_entry(unit: Unit) -> bool:
    """Whether *unit* tells of itself in a changelog; one that changes nothing else mends it."""
    told = [is_changelog(path) for path in unit.paths]
    return any(told) and (not all(told) or any(map(is_fragment, unit.paths))) and not audience.is_release_work(unit)


def bring_entries(units: Iterable[Unit]) -> bool:
    """Whether it is the habit that those of *units* that change what users get bring their entry.

    Only change requests show a habit: what is pushed by itself is mostly small. Few of them show none. Where all is
    pushed, one change may bring several fragments, which are counted.
    """
    should = [one for one in units if _should(one)]
    asked = [one for one in should if one.id[:1] in ("#", "!")]
    if asked:
        return len(asked) >= _FEWEST and sum(map(brings_entry, asked)) >= _SHARE * len(asked)
    fragments = {path for one in should for path in one.paths if is_fragment(path)}
    return len(fragments) >= max(_FEWEST, _SHARE * len(should))


def _should(unit: Unit) -> bool:
    return audience.is_for_users(unit) and not audience.is_dependency_work(unit) and not audience.is_release_work(unit)
