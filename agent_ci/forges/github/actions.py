"""GitHub as a forge: reads the context of a job, delivers by one rung, and tells what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.ladder import COMMIT, PULL_REQUEST, SUGGESTION
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.errors import NotAllowedError, RungRefusedError, StaleError
from agent_ci.forges.github import committing, people, requesting, suggesting, telling
from agent_ci.forges.github.events import Job
from agent_ci.forges.github.project import Project, token
from agent_ci.http.answers import MissingError
from agent_ci.http.api import SECONDS_TO_LOOK, Timing
from agent_ci.ports import Delivery

_RUNGS = {
    COMMIT: committing.deliver,
    SUGGESTION: suggesting.deliver,
    PULL_REQUEST: requesting.deliver,
}


@dataclass(frozen=True)
class GitHubActions:
    """GitHub, also Enterprise, seen from a job of its Actions. *timing* is how time passes for its API."""

    environment: Mapping[str, str]
    repository: Repository
    clone: Clone
    timing: Timing | None = None

    def context(self) -> Context:
        """Which change is judged, against what, and whose it is. Raises UnsupportedError for a broken payload.

        With a token, GitHub is asked whether a person stopped repairs meanwhile. Raises ForgeUnavailableError.
        """
        found = Job(self.environment, self.repository).context()
        if found.number is None or not token(self.environment):
            return found
        project = Project.of(self.environment, self.timing, seconds=SECONDS_TO_LOOK)
        return replace(found, is_stopped=people.is_held(project, found.number))

    def deliver(self, parcel: Parcel, rung: str) -> Delivery:
        """Deliver *parcel* by *rung*, through the API and never through the checkout; twice is once.

        Raises RungRefusedError where this rung cannot be had, NotAllowedError where the token lacks a right,
        StaleError where the branch moved on, and ForgeUnavailableError where GitHub does not answer.
        """
        if not token(self.environment):
            raise RungRefusedError(
                "this job has no token that may write; run `agent-ci publish` in a job that has GITHUB_TOKEN"
            )
        project = Project.of(self.environment, self.timing)
        if rung != SUGGESTION and parcel.number is not None:  # a suggestion looks for itself
            self._check_request(project, parcel.number)
        return _RUNGS[rung](project, parcel)

    def _check_request(self, project: Project, number: int) -> None:
        """Raise StaleError where the judged pull request was closed, merged or given another target meanwhile.

        A token that may write contents and not read pull requests cannot tell, and delivers as before.
        """
        try:
            request = project.api.get(project.path("pulls", number)).item
        except (MissingError, NotAllowedError):
            return
        target, told = request.get("base"), Job(self.environment, self.repository).target
        now = target.get("ref") if isinstance(target, dict) else ""
        if request.get("state") != "open":
            raise StaleError(f"pull request #{number} was closed or merged while the fix was made")
        if told and now != told:
            raise StaleError(f"pull request #{number} goes to {now!r} now, and was judged against {told!r}; run again")

    @property
    def writable(self) -> Remote | None:
        """Where the job may push, None where it has no token or does not say its repository."""
        name, host = (self.environment.get(f"GITHUB_{key}", "") for key in ("REPOSITORY", "SERVER_URL"))
        if not (token(self.environment) and name.count("/") == 1):
            return None
        address = f"{host.rstrip('/') or 'https://github.com'}/{name}.git"
        return Remote.with_password(address, "x-access-token", token(self.environment))

    def tell(self, story: Story, context: Context) -> str:
        """Bring the comment and the check of *story* up to date; the comment's address, empty where there is none.

        Without a token nothing is told. On a push the comment goes to the one open pull request of the branch; where
        there is none, or more than one, only the check tells. Raises ForgeUnavailableError.
        """
        if not token(self.environment):
            return ""
        return telling.tell(Project.of(self.environment, self.timing), story, context)
