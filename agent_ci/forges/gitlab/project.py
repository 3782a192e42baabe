"""One project of a GitLab, through its API: who we are there, its merge requests, and which token is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agent_ci.core.environment import GITLAB_TOKENS, JOB_TOKEN, first_of
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from agent_ci.http.answers import Answer, MissingError
from agent_ci.http.api import Api, Timing, path_of

Item = Mapping[str, Any]
_MOST = 3000  # items of a list that are read
_OF_THE_PIPELINE = ("CI_PROJECT_ID", "CI_PROJECT_PATH")
_SECONDS = 180.0  # for everything that one run says to the API
NEEDED = (
    "this job has no token that may write; add a masked and protected variable GITLAB_TOKEN with a project access "
    "token of the role Developer and the scope api"
)
RIGHT = (
    "give the project access token in GITLAB_TOKEN the role Developer and the scopes api and write_repository (for the "
    "job's own token: allow Git push requests in Settings > CI/CD > Job token permissions)"
)


@dataclass(frozen=True, slots=True)
class Access:
    """What this job may speak to the project with: a *token*, and whether it is the job's own, which may do less."""

    token: str = field(default="", repr=False)
    is_job: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Access:
        """The best token of *environment*, none where there is none."""
        given = first_of(GITLAB_TOKENS, environment)
        return cls(given) if given else cls(first_of((JOB_TOKEN,), environment), is_job=True)

    @property
    def user(self) -> str:
        """The name that goes with the token where git asks for one."""
        return "gitlab-ci-token" if self.is_job else "oauth2"

    @property
    def headers(self) -> Mapping[str, str]:
        """What the API is told."""
        return {"JOB-TOKEN" if self.is_job else "PRIVATE-TOKEN": self.token}


@dataclass(frozen=True)
class Project:
    """The project *name*, an id or a path, behind *api*. Its methods raise what Api raises."""

    api: Api
    name: str

    @classmethod
    def of(cls, environment: Mapping[str, str], timing: Timing | None = None, *, seconds: float = _SECONDS) -> Project:
        """The project of this job, or the one that its merge request goes to, for all that is asked in *seconds*.

        Raises NotAllowedError where the job has no token for the API, and ForgeUnavailableError where it names none.
        """
        access = Access.of(environment)
        if not access.token or access.is_job:
            raise NotAllowedError(NEEDED)
        base, name = _named(environment, ("CI_MERGE_REQUEST_PROJECT_ID", *_OF_THE_PIPELINE))
        return cls(Api(base, access.headers, seconds, timing=timing), name)

    @classmethod
    def of_pipeline(cls, environment: Mapping[str, str], timing: Timing | None = None) -> Project:
        """The project whose pipeline this job is in, to be read with whatever token there is; else as ``of``."""
        access = Access.of(environment)
        if not access.token:
            raise NotAllowedError("this job has no token that could read its pipeline")
        base, name = _named(environment, _OF_THE_PIPELINE)
        return cls(Api(base, access.headers, _SECONDS, timing=timing), name)

    def get(self, *parts: str | int, **query: object) -> Item:
        """One thing of the project."""
        return self.api.get(self._path(*parts), **query).item

    def items(self, *parts: str | int, **query: str) -> tuple[Item, ...]:
        """A list of the project over its pages. Raises ForgeUnavailableError for one that cannot be read to its end.

        What we said before could stand in the rest of it, so that nothing may follow from what was read.
        """
        found, is_cut = self.api.items(self._path(*parts), key="", limit=_MOST, **query)
        if is_cut:
            raise ForgeUnavailableError(
                f"the list of {'/'.join(map(str, parts))} has too many pages, or pages that lead in a circle, so that "
                "it is not known what was said there before; nothing was added"
            )
        return found

    def send(
        self,
        method: str,
        where: Sequence[str | int],
        body: Mapping[str, object],
        read_back: Callable[[], Item | None] | None = None,
    ) -> Item:
        """Write once; empty where GitLab answers with nothing. *read_back* as in ``Api.send``."""

        def answered() -> Answer | None:
            found = read_back() if read_back else None
            return None if found is None else Answer(200, {}, dict(found))

        found = self.api.send(method, self._path(*where), dict(body), read_back=answered if read_back else None).body
        return found if isinstance(found, dict) else {}

    def download(self, *parts: str | int, limit: int) -> bytes:
        """A file of the project, at most *limit* bytes."""
        return self.api.download(self._path(*parts), limit=limit)

    def remove(self, *parts: str | int) -> None:
        """Delete what we made; that somebody was faster is as good."""
        try:
            self.api.send("DELETE", self._path(*parts))
        except MissingError:
            return

    @cached_property
    def account(self) -> int:
        """The id of the account whose token we have."""
        return number_of(self.api.get("/user").item)

    def is_own(self, item: Item) -> bool:
        """Whether our account wrote *item*."""
        author = item.get("author")
        return isinstance(author, Mapping) and author.get("id") == self.account

    def merge_request(self, number: int) -> Item:
        """The merge request *number*."""
        return self.get("merge_requests", number)

    def _path(self, *parts: str | int) -> str:
        return path_of("projects", self.name, *parts)


def _named(environment: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """The address of the API, and the project that the first of *names* says. Raises ForgeUnavailableError."""
    server = environment.get("CI_SERVER_URL", "").rstrip("/")
    base = environment.get("CI_API_V4_URL") or (f"{server}/api/v4" if server else "")
    name = next((environment[name] for name in names if environment.get(name)), "")
    if not base or not name:
        raise ForgeUnavailableError("CI_API_V4_URL and CI_PROJECT_ID are not set, so that the project is not known")
    return base, name


def number_of(item: Item, name: str = "id") -> int:
    """The number that *item* has under *name*. Raises ForgeUnavailableError where it has none."""
    value = item.get(name)
    if isinstance(value, int):
        return value
    raise ForgeUnavailableError(f"GitLab answered without the number {name!r} that it documents; check its version")


def starts_with(note: Item, marker: str) -> bool:
    """Whether *marker* is the first line of *note*."""
    return str(note.get("body", "")).split("\n", 1)[0].strip() == marker
