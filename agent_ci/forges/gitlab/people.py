"""Who asks on GitLab and what they may do, and how they are answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of, starts_with
from agent_ci.http.answers import MissingError

_LEVELS = ((50, "admin"), (40, "maintain"), (30, "write"), (15, "triage"), (10, "read"))
"""The least access level for each word. Source: "Access roles" of GitLab's "Members API"."""
_BOT = re.compile(r"(?:project|group)_[0-9]+_bot(?:_[0-9a-f]+)?|.*\[bot\]|ghost|support-bot|alert-bot")


def permission(project: Project, login: str) -> str:
    """What *login* may do: ``none``, ``read``, ``triage``, ``write``, ``maintain`` or ``admin``.

    Inherited memberships count. It is asked of GitLab, and never taken from an event.
    """
    user = _user(project, login)
    if user is None or user.get("state") != "active":
        return "none"
    try:
        member = project.get("members", "all", number_of(user))
    except MissingError:
        return "none"
    level = member.get("access_level")
    return next((word for least, word in _LEVELS if isinstance(level, int) and level >= least), "none")


def is_bot(project: Project, user: Mapping[str, object]) -> bool:
    """Whether a *user*, as a payload tells it, is a program, or ours; one that GitLab does not know counts as one."""
    login = str(user.get("username", ""))
    if not login or _BOT.fullmatch(login):
        return True
    known = _user(project, login)
    return known is None or known.get("bot") is True or known.get("id") == project.account


def react(project: Project, number: int, note: int, emoji: str = "eyes") -> None:
    """Have *emoji* stand once below the *note* of the merge request *number*."""
    where = ("merge_requests", number, "notes", note, "award_emoji")
    try:
        project.send("POST", where, {"name": emoji}, lambda: None)
    except MissingError as error:
        if "already been taken" not in str(error):
            raise


def answer(project: Project, number: int, marker: str, text: str) -> str:
    """Answer on the merge request *number*, once for a *marker*, with which *text* begins; the note's address."""
    where = ("merge_requests", number, "notes")

    def there() -> tuple[Item, ...]:
        return tuple(one for one in project.items(*where) if starts_with(one, marker) and project.is_own(one))

    def make(read_back: Callable[[], Item | None]) -> Item:
        return project.send("POST", where, {"body": text}, read_back)

    note, _ = Once(there, make, lambda one: project.remove(*where, number_of(one))).done()
    return f"{project.merge_request(number).get('web_url', '')}#note_{number_of(note)}"


def _user(project: Project, login: str) -> Item | None:
    found, _ = project.api.items("/users", key="", limit=5, username=login)
    return next((user for user in found if user.get("username") == login), None)
