"""Who may do what in a repository on GitHub, and how agent-ci answers somebody who spoke to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from agent_ci.forges.github.project import Project
from agent_ci.forges.github.telling import sticky
from agent_ci.http.answers import Answer, MissingError

_BOT = "[bot]"


class Permission(IntEnum):
    """What an account may do, each more than the one before."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


def permission(project: Project, login: str) -> Permission:
    """What *login* may do in *project*; a role of an organisation's own counts as the one that it is built on.

    Source: "Get repository permissions for a user" in GitHub's documentation. Nobody of that name may do nothing.
    """
    try:
        found = project.api.get(project.path("collaborators", login, "permission")).item
    except MissingError:
        return Permission.NONE
    names = {level.name.lower(): level for level in Permission}
    role, built_on = str(found.get("role_name")), str(found.get("permission"))
    return names.get(role, names.get(built_on, Permission.NONE))


def is_bot(user: Mapping[str, object]) -> bool:
    """Whether a *user*, as a payload tells it, is a program. Nobody at all is one, too: no person can be asked."""
    login = str(user.get("login") or "")
    return user.get("type") == "Bot" or login.endswith(_BOT) or not login


def react(project: Project, comment: int, content: str = "eyes") -> None:
    """Show at *comment* that it was seen; a second time changes nothing."""
    path = project.path("issues", "comments", comment, "reactions")
    project.send("POST", path, {"content": content}, read_back=lambda: _reaction(project, path, content))


def _reaction(project: Project, path: str, content: str) -> Answer | None:
    """The lost answer to a reaction, where ours is there; two of one kind by one account cannot be."""
    found, _ = project.api.items(path, content=content)
    return Answer(200, {}, found[0]) if found else None


def answer(project: Project, number: int, marker: str, text: str) -> str:
    """Answer on issue or pull request *number*, once for a *marker*, with which *text* begins; its address."""
    found = sticky(project, number, marker)
    if found is None:
        path = project.path("issues", number, "comments")
        found = project.send("POST", path, {"body": text}, read_back=lambda: _answered(project, number, marker)).item
    return str(found.get("html_url") or "")


def _answered(project: Project, number: int, marker: str) -> Answer | None:
    found = sticky(project, number, marker)
    return None if found is None else Answer(200, {}, found)
