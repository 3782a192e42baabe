"""The commit that a change is compared with: the one named, the one the event knows, or one that a remote still has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci import settings
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.process import ToolError
from agent_ci.settings import Settings

_TIP = "base: none, the judged commit is itself the tip of the base"


@dataclass(frozen=True)
class Base:
    """*commit* to compare with, None where there is none; *note* says why, or what the comparison cannot tell."""

    commit: str | None = None
    note: str = ""


def base_of(chosen: Settings, context: Context, repository: Repository, clone: Clone) -> Base:
    """The base of the judged commit. What a shallow checkout lacks is fetched into *clone* when a remote answers.

    Raises UsageError for a wrong --base.
    """
    names = tuple(_names(chosen, context))
    tip = next((found for name in names if (found := repository.commit(name))), None)
    fetched = ""
    if tip is None and names:
        tip, fetched = _fetched(names[0], context, repository, clone)
    if tip is None:
        if chosen.base:
            raise UsageError(f"--base {chosen.base!r} names no commit here; fetch it, or name another{fetched}")
        why = "the history was cut off when it was fetched" if repository.is_shallow() else "none is known"
        return Base(note=f"base: unavailable ({why}{fetched}); nothing is claimed about who caused the failure")
    if chosen.base:
        return Base(tip)
    together = clone.merge_base(context.commit, tip)
    if together is None and repository.is_shallow() and not fetched:
        _fetched(names[0], context, repository, clone)
        together = clone.merge_base(context.commit, tip)
    if (together or tip) == context.commit:
        return Base(note=_TIP)
    cut = "base: where the branches parted is not known here, so the tip of the base is compared with"
    return Base(together or tip, "" if together else cut)


def parting_of(chosen: Settings, context: Context, repository: Repository, clone: Clone) -> Base:
    """The commit from which the judged one and its base parted: what is new since is what the change brings.

    A history that was cut off when it was fetched is completed in *clone* where a remote answers. The commit is None
    where the judged one is itself the base. Raises UsageError for a wrong --base, and UnsupportedError where it cannot
    be known, since nothing new is another thing than nothing known.
    """
    base = base_of(chosen, context, repository, clone)
    if base.commit is None and base.note == _TIP:
        return base
    found = clone.merge_base(context.commit, base.commit) if base.commit else None
    if found is None and repository.is_shallow():
        _complete(context, repository, clone)
        base = base_of(chosen, context, repository, clone)
        found = clone.merge_base(context.commit, base.commit) if base.commit else None
    if found is None:
        cut = repository.is_shallow()
        why = "the history was cut off when it was fetched" if cut else "name the base with --base"
        raise UnsupportedError(
            f"merge base not found ({why}), so that it is not known what the change adds: set fetch-depth: 0 "
            "(actions/checkout) or GIT_DEPTH: 0 (GitLab), or name a base that is here with --base"
        )
    return Base(note=_TIP) if found == context.commit else Base(found)


def _complete(context: Context, repository: Repository, clone: Clone) -> None:
    """Bring the whole history into *clone* where the remote gives it; what it does not give stays unknown."""
    with contextlib.suppress(ToolError):
        clone.complete(repository.remote(), context.commit)


def trusted_commit(context: Context, repository: Repository, clone: Clone) -> str | None:
    """The commit whose files a run goes by: the base of a change or a fork, the judged one elsewhere.

    A base that a shallow checkout lacks is fetched; None where it cannot be had.
    """
    named = context.base if context.is_change_request or context.from_fork else context.commit
    commit = repository.commit(named) if named else None
    if named and commit is None and clone.has(named):
        return named  # it was fetched before, and the checkout knows nothing of that
    if named and commit is None:
        return _fetched(named, context, repository, clone)[0]
    return commit


def settings_file(
    context: Context, repository: Repository, clone: Clone, *, must_be_known: bool = False
) -> dict[str, object]:
    """The settings file of the base for a change or a fork, of the judged commit elsewhere: never the change's.

    A base that a shallow checkout lacks is fetched. Raises UsageError for a file that cannot be understood, and, where
    it *must_be_known*, UnsupportedError for a base that cannot be had.
    """
    commit = trusted_commit(context, repository, clone)
    if commit is None:
        if must_be_known and (context.is_change_request or context.from_fork):
            raise UnsupportedError(
                f"the base {context.base or 'of the change'} is not here, and its settings decide; fetch it"
            )
        return {}
    try:
        raw = clone.tree(commit).read(settings.FILE_NAME)
    except FileNotFoundError:
        return {}
    return settings.from_file(raw.decode("utf-8", "replace"), source=f"{settings.FILE_NAME} at {commit[:12]}")


def _names(chosen: Settings, context: Context) -> Iterator[str]:
    """The names that the base may have, the best first."""
    if chosen.base:
        yield chosen.base
    elif context.base:
        yield context.base
    elif context.default_branch:
        yield f"refs/remotes/origin/{context.default_branch}"
        yield f"refs/heads/{context.default_branch}"


def _fetched(name: str, context: Context, repository: Repository, clone: Clone) -> tuple[str | None, str]:
    """The commit *name* from the checkout's remote, and why not where it cannot be had."""
    remote = repository.remote()
    if not remote.url:
        return None, ""
    wanted = name.removeprefix("refs/remotes/origin/").removeprefix("origin/")
    try:
        return clone.fetch(remote, wanted, context.commit), "; fetched"
    except ToolError as error:
        return None, f"; {remote.shown} does not give it: {str(error).splitlines()[-1][:200]}"
