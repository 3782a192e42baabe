"""Asks GitLab, by reading only, what its settings and the token allow; what may not be read stays unknown."""

from __future__ import annotations

from collections.abc import Mapping

from agent_ci.core.doctor.standing import GitLabStanding
from agent_ci.errors import NotAllowedError
from agent_ci.forges.gitlab.project import Item, Project
from agent_ci.http.answers import MissingError, RejectedError
from agent_ci.http.api import Timing


def standing(
    environment: Mapping[str, str], pipelines: Mapping[str, str], timing: Timing | None = None
) -> tuple[GitLabStanding, tuple[str, ...]]:
    """What GitLab tells, and the names of what it does not show to this token. Raises ForgeUnavailableError."""
    project = Project.of(environment, timing)
    about = project.get()
    branch = str(about.get("default_branch") or "main")
    unseen: list[str] = []

    def asked(*parts: str | int) -> Item:
        try:
            return project.get(*parts)
        except (NotAllowedError, MissingError, RejectedError):
            unseen.append("/".join(map(str, parts)))
            return {}

    member = asked("members", "all", project.account)
    levels = asked("protected_branches", branch).get("push_access_levels")
    rows = levels if isinstance(levels, list) else []
    least = [level for one in rows if isinstance(one, dict) and (level := _number(one.get("access_level"))) is not None]
    inbound = asked("job_token_scope").get("inbound_enabled")
    found = GitLabStanding(
        name=project.name,
        branch=branch,
        pipelines=pipelines,
        scopes=_scopes(project, unseen),
        level=_number(member.get("access_level")),
        push_level=min(least, default=None),
        takes_any_job_token=None if inbound is None else inbound is False,
    )
    return found, tuple(unseen)


def _scopes(project: Project, unseen: list[str]) -> frozenset[str] | None:
    try:
        told = project.api.get("/personal_access_tokens/self").item.get("scopes")
    except (NotAllowedError, MissingError, RejectedError):
        unseen.append("personal_access_tokens/self")
        return None
    return frozenset(map(str, told)) if isinstance(told, list) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
