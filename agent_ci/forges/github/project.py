"""One repository on GitHub, as its API is asked about it: addresses, the token, and who we are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_ci.core.context import read_commit_id
from agent_ci.core.environment import GITHUB_TOKENS, first_of
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, RungRefusedError
from agent_ci.http.answers import Answer, MissingError, RejectedError
from agent_ci.http.api import Api, Timing, path_of

_SECONDS = 300.0  # for all that one delivery asks, waiting for limits included
_VERSION = "2022-11-28"
_FRESH = 30  # commits and pull requests that are looked at for an earlier delivery


def token(environment: Mapping[str, str]) -> str:
    """The token that may write; empty where the job has none."""
    return first_of(GITHUB_TOKENS, environment)


@dataclass(frozen=True)
class GitCommit:
    """A commit as the API tells it."""

    id: str
    tree: str
    parents: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Project:
    """``owner/name`` behind *api*. Every method raises ForgeUnavailableError where GitHub does not answer."""

    api: Api
    name: str

    @classmethod
    def of(cls, environment: Mapping[str, str], timing: Timing | None = None, *, seconds: float = _SECONDS) -> Project:
        """The repository of the job, for all that is asked in *seconds*.

        Sources: "Variables reference", "Authenticating to the REST API".
        """
        base = environment.get("GITHUB_API_URL", "").rstrip("/") or "https://api.github.com"
        otherwise = f"{base.removesuffix('/v3')}/graphql"
        headers = {
            "Authorization": f"Bearer {token(environment)}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": _VERSION,
            "User-Agent": "agent-ci",
        }
        graphql = environment.get("GITHUB_GRAPHQL_URL", "") or otherwise
        api = Api(base, headers, seconds, graphql=graphql, timing=timing)
        name = environment.get("GITHUB_REPOSITORY", "")
        if name.count("/") != 1:
            raise ForgeUnavailableError(
                f"GITHUB_REPOSITORY is {name!r} and not owner/name, so nothing can be delivered"
            )
        return cls(api, name)

    def path(self, *parts: str | int) -> str:
        """The address of something in this repository."""
        return path_of("repos", *self.name.split("/"), *parts)

    @property
    def owner(self) -> str:
        """The user or the organisation."""
        return self.name.partition("/")[0]

    def head(self, branch: str) -> str | None:
        """The id of the commit at the end of *branch*, None where there is no such branch."""
        try:
            found = self.api.get(self.path("git", "ref", f"heads/{branch}"))
        except MissingError:
            return None
        target = found.item.get("object")
        return read_commit_id(target.get("sha")) if isinstance(target, dict) else None

    def commit(self, commit: str) -> GitCommit:
        """One commit."""
        return _commit(self.api.get(self.path("git", "commits", commit)).item)

    def history(self, commit: str) -> tuple[GitCommit, ...]:
        """*commit* and what lies before it, the youngest first, as far as an earlier delivery may be."""
        rows = self.api.get(self.path("commits"), sha=commit, per_page=_FRESH).body
        rows = rows if isinstance(rows, list) else []
        return tuple(
            _commit({"sha": row.get("sha"), **_part(row, "commit"), "parents": row.get("parents")}) for row in rows
        )

    def account(self) -> str:
        """The login that the token acts as, without the ``[bot]`` that only some answers have."""
        viewer = self.api.graphql("query { viewer { login } }", {}).get("viewer")
        return plain_login(viewer)

    def send(
        self, method: str, path: str, body: object, *, read_back: Callable[[], Answer | None] | None = None
    ) -> Answer:
        """Write. What may be read and not written is answered like something that is not there."""
        try:
            return self.api.send(method, path, body, read_back=read_back)
        except MissingError as error:
            raise NotAllowedError(f"{error}; a token that may read it and not write it is answered so, too") from error


def plain_login(user: object) -> str:
    """The login of a *user* as the API tells it."""
    login = user.get("login") if isinstance(user, dict) else ""
    return str(login or "").removesuffix("[bot]").lower()


def refused(error: RejectedError, what: str) -> RungRefusedError:
    """What GitHub declined, as the reason to try the next rung."""
    return RungRefusedError(f"GitHub declined {what}: {error.said or error}")


def _commit(row: Mapping[str, Any]) -> GitCommit:
    parents = row.get("parents")
    found = [read_commit_id(parent.get("sha")) for parent in parents or () if isinstance(parent, dict)]
    tree = read_commit_id(_part(row, "tree").get("sha"))
    return GitCommit(read_commit_id(row.get("sha")), tree, tuple(found), str(row.get("message") or ""))


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, dict) else {}
