"""Asks git which commit of a range removed a line or brought it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agent_ci import git
from agent_ci.core.notes.breaks import Broken, Place
from agent_ci.core.notes.values import Range
from agent_ci.process import ToolError

_MOST = 3  # breaks of one line of the account that are looked at


def makers(folder: Path, range_: Range, since: str, broken: Broken) -> tuple[str, ...]:
    """The commits of *range_*, from the commit *since* on, that made *broken*; *folder* is a git directory.

    Empty where git cannot tell: a file that was renamed meanwhile, or a line that is still there.
    """
    places = dict.fromkeys(one.place for one in broken.breaks[:_MOST] if one.place.line and one.place.path)
    return tuple(dict.fromkeys(commit for place in places for commit in _makers(folder, range_, since, place)))


def _makers(folder: Path, range_: Range, since: str, place: Place) -> Iterator[str]:
    if place.is_new:
        yield from (commit for commit in _blamed(folder, place, since, range_.until) if commit in range_.commits)
        return
    for last in _blamed(folder, place, since, range_.until, "--reverse"):
        after = [one.id for one in range_.commits.values() if last in one.parents]
        on_main_line = [commit for commit in after if commit in range_.main_line]
        yield from on_main_line or (after if len(after) == 1 else ())


def _blamed(folder: Path, place: Place, since: str, until: str, *how: str) -> tuple[str, ...]:
    """The commit that git names for a line: who brought it, or with ``--reverse`` where it was there for the last time.

    Along first parents where the range allows that: they are what changes are merged into.
    """
    span = ("-L", f"{place.line},{place.line}", f"{since}..{until}", "--", place.path)
    for first_parent in (("--first-parent",), ()):
        try:
            said = git.run(folder, "blame", "--porcelain", *how, *first_parent, *span, GIT_DIR=str(folder))
        except ToolError:
            continue
        return (git.text(said).partition(" ")[0],)
    return ()
