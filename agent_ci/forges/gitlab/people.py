"""The people of a project on GitLab: what one of them asks in a note, what they may do, what they are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_ci.core.asked_change import AskedChange
from agent_ci.core.chat import STOPPED, Ask, Heard
from agent_ci.core.context import read_number
from agent_ci.errors import NotAllowedError
from agent_ci.forges.gitlab import telling
from agent_ci.forges.gitlab.project import RIGHT, Item, Project, number_of
from agent_ci.http.answers import MissingError
from agent_ci.payloads import part, text

_DEVELOPER = 30
"""The least access level that may write. Source: "Access roles" of GitLab's "Members API"."""
_BOT = re.compile(r"(?:project|group)_[0-9]+_bot(?:_[0-9a-f]+)?|.*\[bot\]|ghost|support-bot|alert-bot")


def asked(payload: Mapping[str, Any]) -> Ask | None:
    """The new note on a merge request that a webhook tells of; None for any other event.

    Source: "Webhook events", comment events, in GitLab's documentation.
    """
    note, request = part(payload, "object_attributes"), part(payload, "merge_request")
    number, id_ = read_number(request.get("iid")), read_number(note.get("id"))
    is_new = payload.get("object_kind") == "note" and note.get("action", "create") == "create"
    if not is_new or note.get("noteable_type") != "MergeRequest" or not number or not id_:
        return None
    return Ask(number, id_, text(note, "note"))


@dataclass(frozen=True)
class GitLabPeople:
    """The people of *project*, as far as they speak to us. Every method raises ForgeUnavailableError."""

    project: Project

    def look_up(self, ask: Ask) -> Heard | None:
        """What GitLab itself says of the note, its author and its merge request; None where it is gone."""
        try:
            note = self.project.get("merge_requests", ask.number, "notes", ask.comment)
            request = self.project.merge_request(ask.number)
        except MissingError:
            return None
        body, author = text(note, "body"), part(note, "author")
        is_program = note.get("system") is True or self._is_program(author)
        if is_program or not self._may_write(author):
            return Heard(body, is_program=is_program, may_write=False)
        answer = telling.noted(self.project, ask.number, ask.marker)
        return Heard(body, is_program=False, may_write=True, change=_change(request), answer=answer)

    def reply(self, ask: Ask, words: str) -> str:
        """Show at the note that it was seen, answer *words* once, and return the answer that stands."""
        react(self.project, ask.number, ask.comment)
        return text(telling.once(self.project, ask.number, ask.marker, words), "body")

    def order(self, number: int, command: str) -> None:
        """Put the label that stops repairs on merge request *number*, or take it off and start its pipeline.

        That pipeline has the rights of the merge request. One that a webhook triggers has those of the default branch,
        its protected variables too, and no code of a change may be near them.
        """
        where = ("merge_requests", number)
        if command == "stop":
            self.project.send("PUT", where, {"add_labels": STOPPED})
        elif command == "fix":
            self.project.send("PUT", where, {"remove_labels": STOPPED})
            self.project.send("POST", (*where, "pipelines"), {})

    def _is_program(self, author: Item) -> bool:
        """Whether *author* is a program, or we; one whom GitLab does not know counts as one."""
        login = text(author, "username")
        if not login or _BOT.fullmatch(login) or author.get("id") == self.project.account:
            return True
        return author.get("bot") is True or author.get("state") != "active"

    def _may_write(self, author: Item) -> bool:
        """Whether *author* may; inherited memberships count."""
        try:
            member = self.project.get("members", "all", number_of(author))
        except MissingError:
            return False
        level = member.get("access_level")
        return isinstance(level, int) and level >= _DEVELOPER and member.get("state", "active") == "active"


def react(project: Project, number: int, note: int, emoji: str = "eyes") -> None:
    """Have *emoji* stand once below the *note* of the merge request *number*."""
    where = ("merge_requests", number, "notes", note, "award_emoji")
    try:
        project.send("POST", where, {"name": emoji}, lambda: None)
    except MissingError as error:
        if "already been taken" not in str(error):
            raise


def is_held(project: Project, number: int) -> bool:
    """Whether merge request *number* has the label that stops repairs now.

    Raises NotAllowedError for a token that may not look: what it does not see may be there.
    """
    try:
        labels = project.merge_request(number).get("labels")
    except (MissingError, NotAllowedError) as error:
        raise NotAllowedError(f"whether a person stopped repairs is not known: {error}; {RIGHT}") from error
    return isinstance(labels, list) and STOPPED in labels


def _change(request: Item) -> AskedChange | None:
    """The merge request that the API tells; None where it is not open."""
    if request.get("state") != "opened":
        return None
    try:
        return AskedChange(
            number=read_number(request.get("iid")) or 0,
            head=text(request, "sha"),
            base=text(part(request, "diff_refs"), "base_sha"),
            branch=text(request, "source_branch"),
            target=text(request, "target_branch"),
            from_fork=request.get("source_project_id") != request.get("target_project_id"),
        )
    except ValueError:
        return None
