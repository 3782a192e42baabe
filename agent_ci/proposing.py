"""Proposes the version of a draft: asks git for the tags before it, and what its interface was at both ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from agent_ci import interfaces
from agent_ci.blame import makers
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.commits import Log
from agent_ci.core.notes.breaks import Broken, grouped, mapped
from agent_ci.core.notes.proposal import Proposal, proposal
from agent_ci.core.notes.schemes import SHOWN, Scheme, scheme
from agent_ci.core.notes.values import Ledger
from agent_ci.core.notes.versions import Version, version
from agent_ci.errors import UsageError
from agent_ci.process import ToolError

_TRACED = 8  # lines of which git is asked who did it: each costs several walks through the range


def propose(  # noqa: PLR0913 - what one draft is, each by name
    log: Log, repository: Repository, made: Ledger, *, release: str, package: str, day: str
) -> Proposal:
    """The version of the release of *made* on *day* (YYYY-MM-DD); *release* is the one that was named, "" for none.

    *log* is the history of *repository*, *package* what its tags begin with. Raises UsageError for a day that is none.
    """
    try:
        released = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"--date {day!r} is no day; give it as YYYY-MM-DD") from error
    counted = _scheme(log, made, release=release, package=package)
    broken, remarks = _interface(log, repository, made)
    return proposal(made, counted, day=released, broken=broken, named=release, remarks=remarks)


def _interface(log: Log, repository: Repository, made: Ledger) -> tuple[tuple[Broken, ...], tuple[str, ...]]:
    """What *made* breaks, with the changes that did it, and what could not be compared, a sentence each."""
    range_ = made.range
    since = log.tags(range_.until).get(range_.since) or repository.commit(range_.since) if range_.since else None
    if not since or not range_.commits:
        return (), ()
    try:
        with _objects(log, repository) as folder:
            found = interfaces.compared(folder, since, range_.until)
            lines = grouped(found.breaks)
            traced = [one for one in lines if one.is_hard][:_TRACED]
            by = {one: makers(folder, range_, since, one) for one in traced}
            return tuple(mapped(one, by.get(one, ()), made) for one in lines), found.skipped
    except ToolError as error:
        return (), (f"the interface was not compared: {error}",)


@contextlib.contextmanager
def _objects(log: Log, repository: Repository) -> Iterator[Path]:
    """A git directory with the objects of *log* whose settings are ours."""
    if log.is_bare:
        yield log.folder
        return
    with Clone.of(repository) as clone:
        yield clone.directory


def _scheme(log: Log, made: Ledger, *, release: str, package: str) -> Scheme:
    """How the package counted up to the beginning of *made*, and the previews that came since."""
    named, since = version(release) if release else None, version(made.range.since)
    wanted = package or (named.package if named else "")
    tags = log.tags(made.range.until)
    every = [one for tag in tags if (one := version(tag)) and one.package == wanted and tag != release]
    is_new = {one.tag: tags[one.tag] in made.range.commits for one in every}
    known = tuple(one for one in every if _counts(one, since, is_new=is_new[one.tag]))
    stable = sorted((one for one in known if not one.is_preview), key=lambda one: one.order)
    return scheme(known, {one.tag: date.fromisoformat(log.day(one.tag)) for one in stable[-SHOWN:]})


def _counts(one: Version, since: Version | None, *, is_new: bool) -> bool:
    """Whether *one* is a release up to *since*, or a preview since then; those that were given up are neither."""
    return since is None or one.order <= since.order or (one.is_preview and is_new)
