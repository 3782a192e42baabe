"""Asks GitHub, by reading only, what its settings and the token allow; what may not be read stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_ci.core.doctor.standing import GitHubStanding
from agent_ci.errors import NotAllowedError
from agent_ci.forges.github.project import Project
from agent_ci.http.answers import Answer, MissingError, RejectedError
from agent_ci.http.api import Timing
from agent_ci.payloads import part


def standing(
    environment: Mapping[str, str], workflows: Mapping[str, str], timing: Timing | None = None
) -> tuple[GitHubStanding, tuple[str, ...]]:
    """What GitHub tells, and the names of what it does not show to this token. Raises ForgeUnavailableError."""
    project = Project.of(environment, timing)
    answer = project.api.get(project.path())
    branch = str(answer.item.get("default_branch") or "main")
    unseen: list[str] = []

    def asked(*parts: str) -> Any:
        try:
            return project.api.get(project.path(*parts)).body
        except (NotAllowedError, MissingError, RejectedError):
            unseen.append("/".join(parts))
            return None

    told = {
        "rights": asked("actions", "permissions", "workflow"),
        "rules": asked("rules", "branches", branch),
        "branch": asked("branches", branch),
    }
    if answer.item.get("private") is True:
        told["forks"] = asked("actions", "permissions", "fork-pr-workflows-private-repos")
    rights, protection, rules = part(told, "rights"), part(told, "branch"), _objects(told["rules"])
    types = {str(rule.get("type")) for rule in rules} | (
        {"protected"} if protection.get("protected") is True else set()
    )
    found = GitHubStanding(
        name=project.name,
        branch=branch,
        workflows=workflows,
        scopes=_scopes(answer),
        may_push=_flag(part(answer.item, "permissions"), "push"),
        default_rights=str(rights.get("default_workflow_permissions") or ""),
        may_open_requests=_flag(rights, "can_approve_pull_request_reviews"),
        required=_required(rules, protection),
        rules=frozenset(types),
        sends_secrets_to_forks=_flag(part(told, "forks"), "send_secrets_and_variables"),
    )
    return found, tuple(unseen)


def _required(rules: list[Mapping[str, Any]], protection: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the checks that rulesets and the protection of the branch require."""
    lists = [part(rule, "parameters").get("required_status_checks") for rule in rules]
    names = [str(check.get("context")) for checks in lists for check in _objects(checks)]
    contexts = part(part(protection, "protection"), "required_status_checks").get("contexts")
    names += [str(name) for name in contexts] if isinstance(contexts, list) else []
    return tuple(dict.fromkeys(names))


def _scopes(answer: Answer) -> frozenset[str] | None:
    """Those of a classic token, which alone has the header; None for every other kind."""
    told = answer.headers.get("x-oauth-scopes")
    return None if told is None else frozenset(scope.strip() for scope in told.split(",") if scope.strip())


def _flag(item: Mapping[str, Any], name: str) -> bool | None:
    value = item.get(name)
    return value if isinstance(value, bool) else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
