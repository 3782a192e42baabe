"""GitLab CI: what its predefined variables say about the change being judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.checkout import Repository
from agent_ci.core.asked_change import VARIABLE, AskedChange, read_change
from agent_ci.core.chat import STOPPED
from agent_ci.core.context import Context, Event, read_commit_id, read_number

_EVENTS: Mapping[str, Event] = {"push": Event.PUSH, "schedule": Event.SCHEDULE}


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether *environment* is a GitLab job's; local runners of .gitlab-ci.yml set GITLAB_CI to false."""
    names = ("CI_JOB_ID", "CI_PIPELINE_ID", "CI_SERVER_URL", "CI_PROJECT_PATH")
    return environment.get("GITLAB_CI") == "true" or sum(bool(environment.get(name)) for name in names) > 1


@dataclass(frozen=True)
class Job:
    """A job on GitLab. Source: "Predefined CI/CD variables reference" in GitLab's documentation."""

    environment: Mapping[str, str]
    repository: Repository

    def context(self) -> Context:
        """Which change is judged, against what, and whose it is. Raises UnsupportedError where that is told wrongly."""
        if asked := self._asked:
            return self._of_asked_change(asked)
        head = self._commit_id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
        if not head and not self._is_forge_merge:
            head = self._commit_id("CI_COMMIT_SHA")
        return Context(
            forge="gitlab",
            repository=self._variable("CI_PROJECT_PATH"),
            workspace=self._variable("CI_PROJECT_DIR") or str(self.repository.root),
            commit=self.repository.judged_commit(head, is_forge_merge=self._is_forge_merge),
            branch=self._branch(),
            base=self.repository.first_commit(self._bases()),
            default_branch=self._variable("CI_DEFAULT_BRANCH") or self.repository.default_branch(),
            event=self._event(),
            number=read_number(self._variable("CI_MERGE_REQUEST_IID")),
            actor=self._variable("GITLAB_USER_LOGIN"),
            from_fork=self._is_from_fork(),
            job=self._variable("CI_JOB_NAME"),
            run_url=self._run_url(),
            is_stopped=STOPPED in self._variable("CI_MERGE_REQUEST_LABELS").split(","),
        )

    @property
    def target(self) -> str:
        """The branch that the judged merge request was to go to when the job began; empty where it is not said.

        Raises UnsupportedError where that is told wrongly.
        """
        asked = self._asked
        return asked.target if asked else self._variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")

    @property
    def _asked(self) -> AskedChange | None:
        """The merge request that a note was about, as the job before this one looked it up; None in other jobs."""
        told = self._variable(VARIABLE)
        return read_change(told) if told and self._variable("CI_PIPELINE_SOURCE") == "trigger" else None

    def _of_asked_change(self, change: AskedChange) -> Context:
        return Context(
            forge="gitlab",
            repository=self._variable("CI_PROJECT_PATH"),
            workspace=self._variable("CI_PROJECT_DIR") or str(self.repository.root),
            commit=self.repository.judged_commit(change.head, is_forge_merge=False),
            branch=change.branch,
            base=self.repository.first_commit((change.base, f"refs/remotes/origin/{change.target}")),
            default_branch=self._variable("CI_DEFAULT_BRANCH") or self.repository.default_branch(),
            event=Event.CHANGE_REQUEST,
            number=change.number,
            actor=self._variable("GITLAB_USER_LOGIN"),
            from_fork=change.from_fork,
            job=self._variable("CI_JOB_NAME"),
            run_url=self._run_url(),
        )

    @property
    def _is_merge_request(self) -> bool:
        # a child pipeline of a merge request has the source parent_pipeline, and the number all the same
        is_named = self._variable("CI_PIPELINE_SOURCE") == "merge_request_event"
        return is_named or bool(self._variable("CI_MERGE_REQUEST_IID"))

    @property
    def _is_forge_merge(self) -> bool:
        """Whether CI_COMMIT_SHA is the commit GitLab made to try the merge, and that is what is checked out."""
        is_merged = self._variable("CI_MERGE_REQUEST_EVENT_TYPE") in ("merged_result", "merge_train")
        return is_merged and self.repository.head() == self._variable("CI_COMMIT_SHA")

    def _event(self) -> Event:
        if self._is_merge_request:
            return Event.CHANGE_REQUEST
        return _EVENTS.get(self._variable("CI_PIPELINE_SOURCE"), Event.MANUAL)

    def _branch(self) -> str:
        if self._is_merge_request:
            return self._variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
        return "" if self._variable("CI_COMMIT_TAG") else self._variable("CI_COMMIT_REF_NAME")

    def _bases(self) -> tuple[str, ...]:
        """Commits or refs to compare with, the best first, empty where unknown."""
        if not self._is_merge_request:
            is_push = self._event() is Event.PUSH
            return (self._commit_id("CI_COMMIT_BEFORE_SHA") if is_push else "",)
        target = self._variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
        return (
            self._commit_id("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
            f"refs/remotes/origin/{target}" if target else "",
        )

    def _is_from_fork(self) -> bool:
        """Whether a merge request comes from another project; unknown counts as another."""
        source = self._variable("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")
        is_same = bool(source) and source == self._variable("CI_MERGE_REQUEST_PROJECT_PATH")
        return self._is_merge_request and not is_same

    def _run_url(self) -> str:
        return self._variable("CI_JOB_URL") or self._variable("CI_PIPELINE_URL")

    def _commit_id(self, name: str) -> str:
        return read_commit_id(self._variable(name))

    def _variable(self, name: str) -> str:
        return self.environment.get(name, "")
