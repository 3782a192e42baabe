"""What a forge's own settings make impossible or unsafe for agent-ci, each with the command or lines that repair it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.doctor.complaint import Complaint, Edit
from agent_ci.core.doctor.events import with_event
from agent_ci.core.doctor.places import UnreadableError

_DEVELOPER = 30  # one of GitLab's access levels
_DELIVERS = re.compile(r"(deliver:? +)commit\b")
_OWN_TOKEN = re.compile(r"\$\{\{ *(?:github\.token|secrets\.GITHUB_TOKEN) *\}\}")
_HOLDER = re.compile(r"^ *(?:- )?(?:AGENT_CI_FORGE_TOKEN|GITHUB_TOKEN|GH_TOKEN): *")
_STEP = re.compile(r"(?m)^(?= *- )")


@dataclass(frozen=True)
class GitHubStanding:
    """What GitHub says of the repository *name* and of the token. What it does not tell is None, or empty.

    ``scopes`` are those of a classic token, ``rules`` the types of the rules of the default *branch*, ``required`` the
    names of its required checks, and ``workflows`` are texts by path.
    """

    name: str
    branch: str
    workflows: Mapping[str, str]
    scopes: frozenset[str] | None = None
    may_push: bool | None = None
    default_rights: str = ""
    may_open_requests: bool | None = None
    required: tuple[str, ...] = ()
    rules: frozenset[str] = frozenset()
    sends_secrets_to_forks: bool | None = None

    def complaints(self) -> Iterator[Complaint]:
        """Everything that is wrong."""
        settings = f"gh api --method PUT repos/{self.name}/actions/permissions"
        if self.scopes is not None and not self.scopes & {"repo", "public_repo"}:
            saw = f"the token has the scopes {', '.join(sorted(self.scopes)) or 'none'}, and repo is not among them"
            yield Complaint("token-scope", saw, "nothing can be delivered", commands=("gh auth refresh --scopes repo",))
        elif self.may_push is False:
            advice = f"give the account of the token the role Write in {self.name}, or its token contents: write"
            yield Complaint("token-may-not-push", "the token may not push", "nothing can be delivered", advice=advice)
        if self.default_rights == "write":
            command = f"{settings}/workflow -f default_workflow_permissions=read"
            why = "every job that sets no permissions could change everything"
            yield Complaint("default-write", "the default workflow permissions are write", why, commands=(command,))
        if self.may_open_requests is False and self._holding():
            command = f"{settings}/workflow -F can_approve_pull_request_reviews=true"
            saw = "GitHub Actions is not allowed to create pull requests"
            yield Complaint("no-pull-requests", saw, "a fix ends as a branch or a file", commands=(command,))
        if self.sends_secrets_to_forks:
            command = f"{settings}/fork-pr-workflows-private-repos -F send_secrets_and_variables=false"
            why = "the change of a fork would be run with the key of the model"
            yield Complaint("fork-secrets", "pull requests of forks are sent secrets", why, commands=(command,))
        yield from self._of_the_branch()

    def _of_the_branch(self) -> Iterator[Complaint]:
        if self.required:
            for path, text in self._holding().items():
                why = (
                    f"what that token pushes starts no workflow, so that {', '.join(self.required)} never run on a "
                    "fix; the token of a GitHub App, or of a person, kept as this secret, starts them"
                )
                saw = f"{path}: it delivers with the token of the job, and {self.branch} has required checks"
                yield Complaint("required-checks", saw, why, Edit(path, text, _with_a_secret(text)))
        if {"pull_request", "update", "protected"} & self.rules:
            yield from _committing(self.workflows, ("pull_request", "workflow_run"), f"{self.branch} is protected")
        if "merge_queue" in self.rules:
            for path, text in self.workflows.items():
                after = _queued(text)
                if after != text:
                    saw = f"{path}: it is not started by merge_group, and {self.branch} has a merge queue"
                    why = "its checks never run in the queue, and nothing is merged"
                    yield Complaint("no-merge-group", saw, why, Edit(path, text, after))

    def _holding(self) -> Mapping[str, str]:
        """The workflows of which a step writes with the token of the job."""
        return {path: text for path, text in self.workflows.items() if _with_a_secret(text) != text}


def _with_a_secret(text: str) -> str:
    """*text* with a secret in the place of the job's own token, in each step that publishes or delivers."""
    steps = _STEP.split(text)
    return "".join(
        _given(step) if re.search(r"command: *publish|agent-ci +publish|deliver: *(?:commit|pull)", step) else step
        for step in steps
    )


def _given(step: str) -> str:
    lines = step.splitlines(keepends=True)
    return "".join(
        _OWN_TOKEN.sub("${{ secrets.AGENT_CI_FORGE_TOKEN }}", line) if _HOLDER.match(line) else line for line in lines
    )


def _committing(texts: Mapping[str, str], elsewhere: tuple[str, ...], why: str) -> Iterator[Complaint]:
    """A complaint on each of *texts* that delivers commits and knows none of the events *elsewhere*, of changes."""
    for path, text in texts.items():
        after = _DELIVERS.sub(r"\g<1>pull-request", text)
        if after != text and not any(word in text for word in elsewhere):
            yield Complaint("protected-branch", f"{path}: it delivers commits", why, Edit(path, text, after))


def _queued(text: str) -> str:
    """*text* started by merge_group as well, where it is a workflow that pull requests start and none of ours."""
    if "agent-ci" in text:
        return text
    try:
        return with_event(text, "merge_group", beside="pull_request")
    except UnreadableError:
        return text


@dataclass(frozen=True)
class GitLabStanding:
    """What GitLab says of the project with the id *name* and of the token. What it does not tell is None, or empty.

    ``level`` is the token's access level, ``push_level`` the least that may push to the default *branch*, and
    ``pipelines`` are texts by path. ``takes_any_job_token`` says whether jobs of every project get in.
    """

    name: str
    branch: str
    pipelines: Mapping[str, str]
    scopes: frozenset[str] | None = None
    level: int | None = None
    push_level: int | None = None
    takes_any_job_token: bool | None = None

    def complaints(self) -> Iterator[Complaint]:
        """Everything that is wrong."""
        wanted = {"name": "agent-ci", "access_level": _DEVELOPER, "scopes": ["api", "write_repository"]}
        made = self._call("POST", "access_tokens", wanted)
        if self.scopes is not None and not {"api"} <= self.scopes:
            saw = f"the token has the scopes {', '.join(sorted(self.scopes)) or 'none'}, and api is not among them"
            yield Complaint("token-scope", saw, "nothing can be delivered", commands=(made,))
        if self.level is not None and self.level < _DEVELOPER:
            saw = f"the token has the access level {self.level}, and {_DEVELOPER} (Developer) is needed"
            yield Complaint("token-role", saw, "nothing can be pushed", commands=(made,))
        elif self.push_level is not None and self.level is not None and self.level < self.push_level:
            why = f"{self.branch} is protected: pushing takes the level {self.push_level}, and ours is {self.level}"
            yield from _committing(self.pipelines, ("merge_request",), why)
        if self.takes_any_job_token:
            command = self._call("PATCH", "job_token_scope", {"enabled": True})
            why = "a job of any project could read this one with its own token"
            yield Complaint("job-token-open", "the allowlist for job tokens is off", why, commands=(command,))

    def _call(self, method: str, what: str, body: Mapping[str, object]) -> str:
        """The command by which a maintainer changes a setting; the token of one is in MAINTAINER_TOKEN."""
        said = f"--header 'Content-Type: application/json' --data '{json.dumps(body)}'"
        token, where = '--header "PRIVATE-TOKEN: $MAINTAINER_TOKEN"', f'"$CI_API_V4_URL/projects/{self.name}/{what}"'
        return f"curl --silent --fail --request {method} {token} {said} {where}"
