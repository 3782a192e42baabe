"""The settings of a repository at a GitHub that is none: who may look at them, and how they are changed."""

from __future__ import annotations

from typing import Any

from tests.servers.github_state import Ask, Refusal, State, route


@route("GET", "/rules/branches/([^/]+)")
def _rules(state: State, _ask: Ask) -> tuple[int, Any]:
    return 200, state.settings.get("rules", [])


@route("GET", "/branches/([^/]+)")
def _branch(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, {"name": ask.parts[0], "protected": False, **state.settings.get("branch", {})}


@route("GET", "/actions/permissions/([a-z-]+)")
def _permissions(state: State, ask: Ask) -> tuple[int, Any]:
    if "administration" not in ask.account.rights:
        raise Refusal(403, "Resource not accessible by integration")
    return 200, state.settings.get(ask.parts[0], {})


@route("PUT", "/actions/permissions/([a-z-]+)", "administration")
def _permit(state: State, ask: Ask) -> tuple[int, Any]:
    state.settings[ask.parts[0]] = {**state.settings.get(ask.parts[0], {}), **ask.body}
    return 204, None
