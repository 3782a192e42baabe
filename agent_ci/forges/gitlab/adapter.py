"""GitLab, also a self-managed one: delivers by push, suggestion or merge request, and tells in a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.ladder import COMMIT, PULL_REQUEST, SUGGESTION
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from agent_ci.forges.gitlab.job import Job
from agent_ci.forges.gitlab.merge_requests import Requests
from agent_ci.forges.gitlab.people import is_held
from agent_ci.forges.gitlab.project import NEEDED, RIGHT, Access, Project
from agent_ci.forges.gitlab.suggesting import Suggesting
from agent_ci.forges.gitlab.telling import Telling
from agent_ci.forges.push import Push
from agent_ci.http.api import SECONDS_TO_LOOK, Timing
from agent_ci.ports import Delivery


@dataclass(frozen=True)
class GitLabCI:
    """A job on GitLab. ``clone`` is where commits are made, ``timing`` how time passes for the API."""

    environment: Mapping[str, str]
    repository: Repository
    clone: Clone
    timing: Timing | None = None

    def context(self) -> Context:
        """Which change is judged, against what, and whose it is.

        With a token, GitLab is asked whether a person stopped repairs meanwhile. Raises ForgeUnavailableError.
        """
        found = Job(self.environment, self.repository).context()
        access = Access.of(self.environment)
        if found.number is None or not access.token or access.is_job:
            return found
        project = Project.of(self.environment, self.timing, seconds=SECONDS_TO_LOOK)
        return replace(found, is_stopped=is_held(project, found.number))

    def deliver(self, parcel: Parcel, rung: str) -> Delivery:
        """Deliver *parcel* by *rung*. A commit is pushed, since no call of the API moves a branch from a known commit.

        Raises RungRefusedError where the job has no token or the rung cannot be had, NotAllowedError where a right is
        missing, StaleError where the branch moved on, and ForgeUnavailableError where GitLab does not answer.
        """
        if not Access.of(self.environment).token:
            raise RungRefusedError(NEEDED)
        if parcel.from_fork and rung != SUGGESTION:
            raise RungRefusedError("the merge request comes from another project, whose branches are not ours")
        if rung != SUGGESTION and parcel.number is not None and not Access.of(self.environment).is_job:
            self._check_request(parcel.number)
        if rung == COMMIT:
            return self._commit(parcel)
        if rung == SUGGESTION:
            return Suggesting(self._project).deliver(parcel)
        if rung == PULL_REQUEST:
            return Requests(self._project, self._push).deliver(parcel)
        raise RungRefusedError(f"GitLab has no delivery by {rung}")

    def _check_request(self, number: int) -> None:
        """Raise StaleError where the judged merge request was closed, merged or given another target meanwhile."""
        request, told = self._project.merge_request(number), Job(self.environment, self.repository).target
        state = request.get("state")
        if not isinstance(state, str):
            raise ForgeUnavailableError(f"GitLab answered without the state of merge request !{number}; try again")
        if state != "opened":
            raise StaleError(f"merge request !{number} was closed or merged while the fix was made")
        if told and (now := request.get("target_branch")) != told:
            raise StaleError(f"merge request !{number} goes to {now!r} now, and was judged against {told!r}; run again")

    def tell(self, story: Story, context: Context) -> str:
        """Bring the note on the merge request, else the commit's status, up to date.

        Raises ForgeUnavailableError where GitLab does not answer or does not allow it.
        """
        try:
            return Telling(self._project, self._address).tell(story, context)
        except NotAllowedError as error:
            raise ForgeUnavailableError(str(error)) from error

    def _commit(self, parcel: Parcel) -> Delivery:
        done = self._push.onto_branch(parcel)
        where = f"{self._address}/-/commit/{done.commit}"
        was = "is on" if done.is_new else "was there before, on"
        return Delivery(COMMIT, f"commit {done.commit[:12]} {was} the branch {parcel.branch}: {where}", done.commit)

    @property
    def writable(self) -> Remote | None:
        """Where the job may push, None without a token. Raises ForgeUnavailableError where its project is not known."""
        return self._push.remote if Access.of(self.environment).token else None

    @cached_property
    def _project(self) -> Project:
        return Project.of(self.environment, self.timing)

    @cached_property
    def _push(self) -> Push:
        access = Access.of(self.environment)
        remote = Remote.with_password(f"{self._address}.git", access.user, access.token)
        certificates = self.environment.get("CI_SERVER_TLS_CA_FILE", "")
        if certificates:
            remote = Remote(remote.url, {**remote.settings, f"http.{remote.url}.sslCAInfo": certificates})
        return Push(remote, self.clone, RIGHT)

    @property
    def _address(self) -> str:
        """The project's web page. Raises ForgeUnavailableError where the job does not say it."""
        server, path = self.environment.get("CI_SERVER_URL", ""), self._path
        if not server.startswith(("https://", "http://")) or not path:
            raise ForgeUnavailableError("CI_SERVER_URL and CI_PROJECT_PATH are not set, so the project is not known")
        return f"{server.rstrip('/')}/{path}"

    @property
    def _path(self) -> str:
        names = ("CI_MERGE_REQUEST_PROJECT_PATH", "CI_PROJECT_PATH")
        return next((self.environment[name] for name in names if self.environment.get(name)), "")
