"""What a person asks for in a comment, and what is answered; a comment is data, and never part of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent_ci.core.context import read_commit_id, read_number

JOBS: Mapping[str, str] = MappingProxyType(
    {
        "fix": "make the red build of this change green",
        "explain": "say what is known of the failure",
        "undo": "take back the last repair",
        "stop": "end what runs for this change",
    }
)
"""What can be asked for, and in words what it does."""

_LATER = frozenset({"tests", "changelog"})  # promised, and no part of this release
_MAX_BODY = 65_536  # characters, as many as GitHub takes
_ASKED = re.compile(r"/agent-ci(?:[ \t]+([a-z-]{1,20}))?[ \t]*(?:[ \t].*)?", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """A comment that asks for *name*, empty for none: its id, the change request's number, and who wrote it."""

    name: str
    comment: int
    number: int
    login: str
    is_bot: bool

    @property
    def marker(self) -> str:
        """By which the one answer to this comment is found again."""
        return f"<!-- agent-ci:chat-{self.comment} -->"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the forge itself says: whether the author may write, and the commit at the end of the change request."""

    may_write: bool
    head: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is done about a request: the *job* to run on *commit*, or none; what is answered, or nothing."""

    job: str = ""
    commit: str = ""
    answer: str = ""
    is_seen: bool = False


def read_request(payload: Mapping[str, Any]) -> Request | None:
    """The request in the payload of GitHub's event ``issue_comment``; None where there is none for us.

    Only a new comment on a pull request asks for anything. Source: "Webhook events and payloads".
    """
    comment, issue = _part(payload, "comment"), _part(payload, "issue")
    user = _part(comment, "user")
    number, id_ = read_number(issue.get("number")), read_number(comment.get("id"))
    name = asked_for(str(comment.get("body") or ""))
    if payload.get("action") != "created" or not _part(issue, "pull_request") or name is None:
        return None
    if number is None or id_ is None:
        return None
    login = str(user.get("login") or "")
    is_bot = user.get("type") != "User" or login.endswith("[bot]") or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", login)
    return Request(name, id_, number, login, is_bot)


def asked_for(body: str) -> str | None:
    """The word behind the first ``/agent-ci`` at the beginning of a line that is no code and no quotation.

    None where there is no such line, empty where no word follows.
    """
    for line in _prose(_HIDDEN.sub("", body[:_MAX_BODY].replace("\r", ""))):
        if found := _ASKED.fullmatch(line):
            return (found[1] or "").lower()
    return None


def reaction_to(request: Request, standing: Standing) -> Reaction:
    """What is done about *request*. Programs and people who may not write get nothing, not even an answer."""
    if request.is_bot or not standing.may_write:
        return Reaction()
    if request.name in JOBS:
        commit = read_commit_id(standing.head)
        if commit:
            return Reaction(request.name, commit, is_seen=True)
        return Reaction(answer=f"`{request.name}` was not started: this change has no commit any more", is_seen=True)
    if request.name in _LATER:
        return Reaction(answer=f"`{request.name}` is not part of this release", is_seen=True)
    known = ", ".join(f"`/agent-ci {name}` ({meaning})" for name, meaning in JOBS.items())
    return Reaction(answer=f"that is nothing I can do; I know {known}", is_seen=True)


def _prose(text: str) -> Iterator[str]:
    """The lines of Markdown that are neither in a code block nor indented nor quoted."""
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.fullmatch(line)
        if fence:
            is_end = mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip()
            fence = "" if is_end else fence
        elif mark:
            fence = mark[1]
        else:
            yield line


def _part(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}
