"""GitHub Actions: what its variables and its event payload say about the change being judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agent_ci.checkout import Repository
from agent_ci.core.asked_change import VARIABLE, read_change
from agent_ci.core.chat import STOPPED
from agent_ci.core.context import Context, Event, read_commit_id, read_number
from agent_ci.payloads import part, read_payload, text

_EVENTS: Mapping[str, Event] = {
    "push": Event.PUSH,
    "merge_group": Event.PUSH,
    "pull_request": Event.CHANGE_REQUEST,
    "pull_request_target": Event.CHANGE_REQUEST,
    "pull_request_review": Event.CHANGE_REQUEST,
    "pull_request_review_comment": Event.CHANGE_REQUEST,
    "schedule": Event.SCHEDULE,
}


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether *environment* is a GitHub Actions job's, also one of a runner that does not say so outright."""
    names = ("GITHUB_RUN_ID", "GITHUB_EVENT_NAME", "GITHUB_REPOSITORY")
    return environment.get("GITHUB_ACTIONS") == "true" or all(environment.get(name) for name in names)


def judged_run(environment: Mapping[str, str]) -> tuple[int | None, str]:
    """The run that a job is about, and the commit that its event tells of; None and empty where neither is said.

    After another workflow it is that one's run, elsewhere the run that the job is part of. Raises UnsupportedError for
    a broken payload.
    """
    own = read_number(environment.get("GITHUB_RUN_ID"))
    if environment.get("GITHUB_EVENT_NAME") != "workflow_run":
        return own, ""
    run = part(_payload(environment), "workflow_run")
    return read_number(run.get("id")), read_commit_id(run.get("head_sha"))


@dataclass(frozen=True)
class Job:
    """A job on GitHub, as its variables tell. Everything in the payload but ids and flags is text that strangers wrote.

    Sources: "Variables reference" and "Events that trigger workflows" in GitHub's documentation.
    """

    environment: Mapping[str, str]
    repository: Repository

    def context(self) -> Context:
        """Which change is judged, against what, and whose it is. Raises UnsupportedError for a broken payload."""
        change = self._change
        default = text(part(self._payload, "repository"), "default_branch")
        return Context(
            forge="github",
            repository=self._variable("GITHUB_REPOSITORY"),
            workspace=self._variable("GITHUB_WORKSPACE") or str(self.repository.root),
            commit=self.repository.judged_commit(change.head, is_forge_merge=self._is_forge_merge),
            branch=change.branch,
            base=self.repository.first_commit(change.bases),
            default_branch=default or self.repository.default_branch(),
            event=change.event,
            number=change.number,
            actor=self._variable("GITHUB_ACTOR") or text(part(self._payload, "sender"), "login"),
            from_fork=change.from_fork,
            job=self._variable("GITHUB_JOB"),
            run_url=self._run_url(),
            is_stopped=change.is_stopped,
        )

    @property
    def target(self) -> str:
        """The branch that the judged pull request was to go to when the job began; empty where it is not said.

        Raises UnsupportedError for a broken payload.
        """
        return self._variable("GITHUB_BASE_REF") or self._change.target

    @cached_property
    def _payload(self) -> Mapping[str, Any]:
        return _payload(self.environment)

    @property
    def _change(self) -> _Change:
        name = self._variable("GITHUB_EVENT_NAME")
        if name == "workflow_run":
            return self._of_workflow_run(part(self._payload, "workflow_run"))
        if name == "merge_group":
            return self._of_merge_group(part(self._payload, "merge_group"))
        if name == "issue_comment" and (told := self._variable(VARIABLE)):
            return _of_asked_change(told)
        if _EVENTS.get(name) is Event.CHANGE_REQUEST:
            return self._of_pull_request(part(self._payload, "pull_request"))
        before = read_commit_id(self._payload.get("before")) if name == "push" else ""
        return _Change(
            event=_EVENTS.get(name, Event.MANUAL),
            head=read_commit_id(self._variable("GITHUB_SHA")),
            branch="" if self._variable("GITHUB_REF_TYPE") == "tag" else self._variable("GITHUB_REF_NAME"),
            bases=(before,),
        )

    def _of_pull_request(self, request: Mapping[str, Any]) -> _Change:
        head, base = part(request, "head"), part(request, "base")
        target = self._variable("GITHUB_BASE_REF") or text(base, "ref")
        return _Change(
            event=Event.CHANGE_REQUEST,
            head=read_commit_id(head.get("sha")),
            branch=self._variable("GITHUB_HEAD_REF") or text(head, "ref"),
            bases=(read_commit_id(base.get("sha")), f"refs/remotes/origin/{target}" if target else ""),
            target=target,
            number=read_number(request.get("number")) or read_number(self._payload.get("number")),
            from_fork=is_foreign(part(head, "repo"), part(base, "repo")),
            is_stopped=is_stopped(request.get("labels")),
        )

    def _of_workflow_run(self, run: Mapping[str, Any]) -> _Change:
        """The change that the workflow before us ran on; our own variables speak of the default branch."""
        requests = run.get("pull_requests")
        first = requests[0] if isinstance(requests, list) and requests else None
        request = first if isinstance(first, dict) else {}
        base = part(request, "base")
        return _Change(
            event=_EVENTS.get(text(run, "event"), Event.MANUAL),
            head=read_commit_id(run.get("head_sha")),
            branch=text(run, "head_branch"),
            bases=(read_commit_id(base.get("sha")),),
            target=text(base, "ref"),
            number=read_number(request.get("number")),
            from_fork=is_foreign(part(run, "head_repository"), part(self._payload, "repository")),
        )

    def _of_merge_group(self, group: Mapping[str, Any]) -> _Change:
        return _Change(
            event=Event.PUSH,
            head=read_commit_id(group.get("head_sha")) or read_commit_id(self._variable("GITHUB_SHA")),
            branch=self._variable("GITHUB_REF_NAME"),
            bases=(read_commit_id(group.get("base_sha")),),
        )

    @property
    def _is_forge_merge(self) -> bool:
        """Whether GITHUB_SHA, and so what is usually checked out, is the commit GitHub made to try the merge."""
        is_merge_ref = self._variable("GITHUB_REF").startswith("refs/pull/")
        is_merge_ref = is_merge_ref and self._variable("GITHUB_REF").endswith("/merge")
        return is_merge_ref and self.repository.head() == self._variable("GITHUB_SHA")

    def _run_url(self) -> str:
        server, name, run = (self._variable(f"GITHUB_{part}") for part in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
        return f"{server}/{name}/actions/runs/{run}" if server and name and run else ""

    def _variable(self, name: str) -> str:
        return self.environment.get(name, "")


@dataclass(frozen=True)
class _Change:
    """What an event says about the change. What is unknown is empty.

    ``bases`` are commits or refs, the best first; ``target`` is the branch that a pull request goes to.
    """

    event: Event
    head: str
    branch: str
    bases: tuple[str, ...]
    target: str = ""
    number: int | None = None
    from_fork: bool = False
    is_stopped: bool = False


def _payload(environment: Mapping[str, str]) -> Mapping[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH", "")
    return read_payload(Path(path), "GITHUB_EVENT_PATH") if path else {}


def _of_asked_change(told: str) -> _Change:
    """The change request that a comment was about; the job before this one looked it up and wrote it into *told*."""
    change = read_change(told)
    return _Change(
        event=Event.CHANGE_REQUEST,
        head=change.head,
        branch=change.branch,
        bases=(change.base, f"refs/remotes/origin/{change.target}"),
        target=change.target,
        number=change.number,
        from_fork=change.from_fork,
    )


def is_stopped(labels: object) -> bool:
    """Whether *labels*, as a payload or an API tells them, have the one that stops repairs."""
    rows = labels if isinstance(labels, list) else []
    return any(isinstance(row, dict) and row.get("name") == STOPPED for row in rows)


def is_foreign(source: Mapping[str, Any], target: Mapping[str, Any]) -> bool:
    """Whether the change comes from another repository; a deleted fork has none, and unknown counts as foreign."""
    name = text(source, "full_name")
    return not name or name != text(target, "full_name")
