"""The people of a repository on GitHub: what one of them asks in a comment, what they may do, what they are told."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from agent_ci.core.asked_change import AskedChange
from agent_ci.core.chat import STOPPED, Ask, Heard
from agent_ci.core.context import read_number
from agent_ci.errors import NotAllowedError
from agent_ci.forges.github import telling
from agent_ci.forges.github.events import is_foreign, is_stopped
from agent_ci.forges.github.project import Project, plain_login
from agent_ci.http.answers import Answer, MissingError
from agent_ci.payloads import part, text

_TO_LOOK = "give the token `pull-requests: read` and `issues: read` (as `permissions` of the job)"
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Permission(IntEnum):
    """What an account may do, each more than the one before."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


def asked(payload: Mapping[str, Any]) -> Ask | None:
    """The new comment on a pull request that the event ``issue_comment`` is about; None for any other event.

    Source: "Webhook events and payloads" in GitHub's documentation.
    """
    comment, issue = part(payload, "comment"), part(payload, "issue")
    number, id_ = read_number(issue.get("number")), read_number(comment.get("id"))
    if payload.get("action") != "created" or not part(issue, "pull_request") or not number or not id_:
        return None
    return Ask(number, id_, text(comment, "body"))


@dataclass(frozen=True)
class GitHubPeople:
    """The people of *project*, as far as they speak to us. Every method raises ForgeUnavailableError."""

    project: Project

    def look_up(self, ask: Ask) -> Heard | None:
        """What GitHub itself says of the comment, its author and its pull request; None where it is gone."""
        try:
            comment = self.project.api.get(self.project.path("issues", "comments", ask.comment)).item
            request = self.project.api.get(self.project.path("pulls", ask.number)).item
        except MissingError:
            return None
        if not text(comment, "issue_url").endswith(f"/issues/{ask.number}"):
            return None
        user = part(comment, "user")
        login = text(user, "login")
        is_program = text(user, "type") != "User" or not _LOGIN.fullmatch(login) or plain_login(user) == self._account
        if is_program or permission(self.project, login) < Permission.WRITE:
            return Heard(text(comment, "body"), is_program=is_program, may_write=False)
        answer = telling.sticky(self.project, ask.number, ask.marker)
        said = text(answer or {}, "body")
        return Heard(text(comment, "body"), is_program=False, may_write=True, change=_change(request), answer=said)

    def reply(self, ask: Ask, words: str) -> str:
        """Show at the comment that it was seen, answer *words* once, and return the answer that stands."""
        react(self.project, ask.comment)
        return text(telling.once(self.project, ask.number, ask.marker, words), "body")

    def order(self, number: int, command: str) -> None:
        """Put the label that stops repairs on pull request *number*, or take it off; jobs that follow do the rest."""
        path = self.project.path("issues", number, "labels")
        if command == "stop":
            self.project.send("POST", path, {"labels": [STOPPED]}, read_back=lambda: self._labels(number))
        elif command == "fix":
            with contextlib.suppress(MissingError):  # it is not there
                self.project.api.send("DELETE", self.project.path("issues", number, "labels", STOPPED))

    @cached_property
    def _account(self) -> str:
        return self.project.account()

    def _labels(self, number: int) -> Answer | None:
        """The lost answer to a label, where it is there."""
        found = self.project.api.get(self.project.path("issues", number, "labels"))
        return found if is_stopped(found.body) else None


def permission(project: Project, login: str) -> Permission:
    """What *login* may do in *project*; a role of an organisation's own counts as the one that it is built on.

    Source: "Get repository permissions for a user" in GitHub's documentation. Nobody of that name may do nothing.
    """
    try:
        found = project.api.get(project.path("collaborators", login, "permission")).item
    except MissingError:
        return Permission.NONE
    names = {level.name.lower(): level for level in Permission}
    role, built_on = text(found, "role_name"), text(found, "permission")
    return names.get(role, names.get(built_on, Permission.NONE))


def react(project: Project, comment: int, content: str = "eyes") -> None:
    """Show at *comment* that it was seen; a second time changes nothing."""
    path = project.path("issues", "comments", comment, "reactions")
    project.send("POST", path, {"content": content}, read_back=lambda: _reaction(project, path, content))


def is_held(project: Project, number: int) -> bool:
    """Whether pull request *number* has the label that stops repairs now.

    Raises NotAllowedError for a token that may not look: what it does not see may be there.
    """
    try:
        return is_stopped(project.api.get(project.path("issues", number)).item.get("labels"))
    except (MissingError, NotAllowedError) as error:
        raise NotAllowedError(f"whether a person stopped repairs is not known: {error}; {_TO_LOOK}") from error


def _reaction(project: Project, path: str, content: str) -> Answer | None:
    """The lost answer to a reaction, where ours is there; two of one kind by one account cannot be."""
    found, _ = project.api.items(path, content=content)
    account = project.account()
    ours = [one for one in found if plain_login(one.get("user")) == account]
    return Answer(200, {}, ours[0]) if ours else None


def _change(request: Mapping[str, Any]) -> AskedChange | None:
    """The pull request that the API tells; None where it is not open, or its fork is gone."""
    head, base = part(request, "head"), part(request, "base")
    if request.get("state") != "open":
        return None
    try:
        return AskedChange(
            number=read_number(request.get("number")) or 0,
            head=text(head, "sha"),
            base=text(base, "sha"),
            branch=text(head, "ref"),
            target=text(base, "ref"),
            from_fork=is_foreign(part(head, "repo"), part(base, "repo")),
        )
    except ValueError:
        return None
