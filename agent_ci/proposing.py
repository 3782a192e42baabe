"""Proposes the version of a draft: asks git for the tags before it and the days on which they were made."""

from __future__ import annotations

from datetime import date

from agent_ci.commits import Log
from agent_ci.core.notes.proposal import Proposal, proposal
from agent_ci.core.notes.schemes import SHOWN, Scheme, scheme
from agent_ci.core.notes.values import Ledger
from agent_ci.core.notes.versions import Version, version
from agent_ci.errors import UsageError


def propose(log: Log, made: Ledger, *, release: str, package: str, day: str) -> Proposal:
    """The version of the release of *made* on *day* (YYYY-MM-DD); *release* is the one that was named, "" for none.

    *package* is what its tags begin with. Raises UsageError for a day that is none.
    """
    try:
        released = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"--date {day!r} is no day; give it as YYYY-MM-DD") from error
    return proposal(made, _scheme(log, made, release=release, package=package), day=released, named=release)


def _scheme(log: Log, made: Ledger, *, release: str, package: str) -> Scheme:
    """How the package counted up to the beginning of *made*, and the previews that came since."""
    named, since = version(release) if release else None, version(made.range.since)
    wanted = package or (named.package if named else "")
    every = [one for tag in log.tags(made.range.until) if (one := version(tag)) and one.package == wanted]
    known = tuple(one for one in every if one.tag != release and _counts(one, since))
    stable = sorted((one for one in known if not one.is_preview), key=lambda one: one.order)
    return scheme(known, {one.tag: date.fromisoformat(log.day(one.tag)) for one in stable[-SHOWN:]})


def _counts(one: Version, since: Version | None) -> bool:
    return one.is_preview or since is None or one.order <= since.order
