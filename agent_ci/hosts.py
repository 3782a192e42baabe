"""Where the project of a changelog is hosted: its address, what its forge tells of change requests, its releases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import kept, requested
from agent_ci.checkout import Repository
from agent_ci.core.notes.rendering import Place
from agent_ci.core.notes.requests import NONE, Request
from agent_ci.core.notes.units import units
from agent_ci.core.notes.values import Range
from agent_ci.errors import ForgeUnavailableError, UnsupportedError, UsageError
from agent_ci.forges.github.events import is_here as is_on_github
from agent_ci.forges.github.merged import GitHubRequests
from agent_ci.forges.github.project import Project as OnGitHub
from agent_ci.forges.github.project import token
from agent_ci.forges.github.releases import GitHubReleases
from agent_ci.forges.gitlab.job import is_here as is_on_gitlab
from agent_ci.forges.gitlab.merged import GitLabRequests
from agent_ci.forges.gitlab.project import Access
from agent_ci.forges.gitlab.project import Project as OnGitLab
from agent_ci.forges.gitlab.releases import GitLabReleases
from agent_ci.ports import Releases, Requests

_SECONDS = 30.0  # for all that the forge is asked about change requests, waiting for limits included
MOST = 1000
"""Change requests that it is asked about, the newest."""

_ADDRESS = re.compile(
    r"(?:https?://(?:[^/@]*@)?|ssh://(?:[^/@]*@)?|git@)(?P<host>[\w.-]+)(?::\d+)?[:/](?P<path>[\w./-]+?)(?:\.git)?/?$"
)


@dataclass(frozen=True)
class Heard:
    """What the forge told of change requests, by id, and a *sentence* that says so, or why it told nothing."""

    requests: Mapping[str, Request]
    sentence: str


def heard(environment: Mapping[str, str], place: Place, range_: Range, *, is_offline: bool) -> Heard:
    """Ask the forge of this job about the change requests of *range_*, where there is a token; all of it or nothing.

    Where a keeper has the token, it is asked by a process that has no other secret, and what that leaves is data. It is
    not asked where the checkout is another project than the job's, whose numbers mean something else.
    """
    keeper = kept.door(environment)
    if is_offline or not (keeper or _asked(environment)):
        return Heard(NONE, "")
    ids = tuple(unit.id for unit in units(range_) if unit.id[0] in "#!")[:MOST]
    if not ids:
        return Heard(NONE, "")
    return _read(keeper, place.url, ids) if keeper else told(environment, place.url, ids)


def told(environment: Mapping[str, str], url: str, ids: tuple[str, ...]) -> Heard:
    """What the forge of this job says of *ids*, for a checkout of the project at *url*, "" where that is unknown."""
    asked = _asked(environment)
    if asked is None:
        return Heard(NONE, "")
    name, make = asked
    if url and name and not url.casefold().endswith(f"/{name.casefold()}"):
        return Heard(NONE, f"the forge was not asked: the job is one of {name}, and the checkout is of {url}")
    try:
        found = make().told(ids)
    except ForgeUnavailableError as error:
        return Heard(NONE, f"the notes are from git alone, since the forge told nothing: {error}")
    return Heard(found, f"the forge told of {len(found)} of {len(ids)} change requests")


def _read(keeper: kept.Kept, url: str, ids: tuple[str, ...]) -> Heard:
    """What a process that the *keeper* starts says of *ids*."""
    folder = str(keeper.ask("requests", ids=ids, project=url))
    if not folder:
        return Heard(NONE, "the notes are from git alone, since the forge could not be asked")
    try:
        return Heard(*requested.of(Path(folder), ids))
    except UnsupportedError as error:
        return Heard(NONE, f"the notes are from git alone, since what the forge told is left alone: {error}")


def _asked(environment: Mapping[str, str]) -> tuple[str, Callable[[], Requests]] | None:
    """The project that *environment* names, and how its forge is asked; None where there is none, or no token."""
    access = Access.of(environment)
    if is_on_gitlab(environment) and access.token and not access.is_job:
        name = environment.get("CI_PROJECT_PATH", "")
        return name, lambda: GitLabRequests(OnGitLab.of(environment, seconds=_SECONDS))
    if not is_on_gitlab(environment) and environment.get("GITHUB_REPOSITORY") and token(environment):
        name = environment["GITHUB_REPOSITORY"]
        return name, lambda: GitHubRequests(OnGitHub.of(environment, seconds=_SECONDS))
    return None


def releases(environment: Mapping[str, str]) -> Releases:
    """Where the forge whose CI we run in shows releases. Raises UsageError where there is none, or no token."""
    if is_on_gitlab(environment):
        return GitLabReleases(environment)
    if not is_on_github(environment):
        raise UsageError("this is no job of GitHub or GitLab, which show releases; hand notes.md on to whatever does")
    if not token(environment):
        raise UsageError("a release needs a token; give the job GITHUB_TOKEN with `contents: write`")
    return GitHubReleases(OnGitHub.of(environment))


def place_of(repository: Repository) -> Place:
    """Where the project lives on the web, by the address that it was cloned from; nowhere where that says nothing."""
    found = _ADDRESS.match(repository.remote_url())
    if found is None:
        return Place()
    return Place(f"https://{found['host']}/{found['path']}", is_gitlab="gitlab" in found["host"])
