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
    """The commits of the main line of *range_* that made *broken*; *folder* is a git directory.

    *since* is the commit of the release before. Where it was made on another branch, git is asked from where that left
    the main line. Empty where git cannot tell: a file that was renamed meanwhile, or a line that is still there.
    """
    places = dict.fromkeys(one.place for one in broken.breaks[:_MOST] if one.place.line and one.place.path)
    oldest = range_.commits[range_.main_line[-1]].parents if range_.main_line else ()
    if not oldest:
        return ()
    found = (commit for place in places for commit in _makers(folder, range_, (oldest[0], since), place))
    return tuple(dict.fromkeys(found))


def _makers(folder: Path, range_: Range, bases: tuple[str, str], place: Place) -> Iterator[str]:
    base, since = bases
    try:
        if place.is_new:
            yield from (
                commit for commit in _blamed(folder, place, f"{base}..{range_.until}") if commit in range_.commits
            )
            return
        for line in _lines(folder, base, since, place):
            last = _blamed(folder, Place(place.path, line), f"{base}..{range_.until}", "--reverse")
            yield from (id_ for id_ in range_.main_line if range_.commits[id_].parents[:1] == last)
    except ToolError:
        return


def _lines(folder: Path, base: str, since: str, place: Place) -> tuple[int, ...]:
    """Which line *place* of the commit *since* is in *base*; none where it is not there or there is more than one."""
    if base == since:
        return (place.line,)
    here, there = (_text(folder, commit, place.path) for commit in (since, base))
    found = [number for number, line in enumerate(there, 1) if here[place.line - 1 : place.line] == [line]]
    return tuple(found) if len(found) == 1 else ()


def _text(folder: Path, commit: str, path: str) -> list[str]:
    return git.text(git.run(folder, "cat-file", "blob", f"{commit}:{path}", GIT_DIR=str(folder))).split("\n")


def _blamed(folder: Path, place: Place, span: str, *how: str) -> tuple[str]:
    """The commit of the main line that git names for a line.

    It is the one that brought the line, or with ``--reverse`` the last one that has it.
    """
    options = ("--porcelain", "--first-parent", *how, "-L", f"{place.line},{place.line}")
    said = git.run(folder, "blame", *options, span, "--", place.path, GIT_DIR=str(folder))
    return (git.text(said).partition(" ")[0],)
