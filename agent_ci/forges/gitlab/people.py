"""Who asks on GitLab and what they may do, and how they are answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of
from agent_ci.http.answers import MissingError

_LEVELS = ((50, "admin"), (40, "maintain"), (30, "write"), (15, "triage"), (10, "read"))
"""The least access level for each word. Source: "Access roles" of GitLab's "Members API"."""
_BOT = re.compile(r"(?:project|group)_[0-9]+_bot(?:_[0-9a-f]+)?|.*\[bot\]|ghost|support-bot|alert-bot")


@dataclass(frozen=True)
class People:
    """People in *project*, and the merge request *number* where they speak."""

    project: Project
    number: int

    def permission(self, actor: str) -> str:
        """What *actor* may do: ``none``, ``read``, ``triage``, ``write``, ``maintain`` or ``admin``.

        Inherited memberships count. It is asked of GitLab, and never taken from an event.
        """
        user = self._user(actor)
        if user is None or user.get("state") != "active":
            return "none"
        try:
            member = self.project.get("members", "all", number_of(user))
        except MissingError:
            return "none"
        level = member.get("access_level")
        return next((word for least, word in _LEVELS if isinstance(level, int) and level >= least), "none")

    def is_bot(self, actor: str) -> bool:
        """Whether *actor* is a program's account, or ours; one that GitLab does not know counts as one."""
        if _BOT.fullmatch(actor):
            return True
        user = self._user(actor)
        return user is None or user.get("bot") is True or user.get("id") == self.project.account

    def react(self, comment: int, emoji: str) -> None:
        """Have *emoji*, like ``eyes``, stand once below *comment*."""
        where = ("merge_requests", self.number, "notes", comment, "award_emoji")
        try:
            self.project.send("POST", where, {"name": emoji}, lambda: None)
        except MissingError as error:
            if "already been taken" not in str(error):
                raise

    def answer(self, text: str, marker: str) -> str:
        """Say *text*, whose first line is *marker*, once on the merge request; the note's id."""
        where = ("merge_requests", self.number, "notes")

        def there() -> tuple[Item, ...]:
            notes = self.project.items(*where)
            return tuple(one for one in notes if _starts(one, marker) and self.project.is_own(one))

        def make(read_back: Callable[[], Item | None]) -> Item:
            return self.project.send("POST", where, {"body": text}, read_back)

        note, _ = Once(there, make, lambda one: self.project.remove(*where, number_of(one))).done()
        return str(number_of(note))

    def _user(self, actor: str) -> Item | None:
        found, _ = self.project.api.items("/users", key="", limit=5, username=actor)
        return next((user for user in found if user.get("username") == actor), None)


def _starts(note: Item, marker: str) -> bool:
    return str(note.get("body", "")).split("\n", 1)[0].strip() == marker
