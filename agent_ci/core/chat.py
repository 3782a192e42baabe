"""What a person asks for in a comment, and what is answered; a comment is data, and never part of a command."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent_ci.core.asked_change import AskedChange
from agent_ci.core.spelling import did_you_mean

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "fix": "repairs the red build of this change",
        "explain": "says what is known of its failure",
        "tests": "adds the tests that it is missing",
        "changelog": "drafts the notes of the next release",
        "undo": "takes back the last repair on its branch",
        "stop": "repairs nothing more on it until somebody asks for `fix`",
    }
)
"""What can be asked for, and what it does."""

STOPPED = "agent-ci-stop"
"""The label of a change on which nothing is repaired any more, until it is taken off."""

_LATER = frozenset({"tests", "changelog"})  # promised, and no part of this release
_MAX_TEXT = 65_536  # characters, as many as GitHub takes
_ASKED = re.compile(r"/agent-ci(?:[ \t]+([a-z-]{1,20}))?(?:[ \t].*)?", re.IGNORECASE)
_QUOTED = re.compile(r" {0,3}>")
_CODE_OR_HTML = re.compile(r"`{3}|~{3}|^ {0,3}<[A-Za-z/!?]|<!--")
_CONTINUED = ("`", "[", "<", "$$")  # begin what may go on in the next line of a paragraph


@dataclass(frozen=True, slots=True)
class Ask:
    """What an event tells of a new comment: its change request's *number*, its id, and its *text*, to be looked up."""

    number: int
    comment: int
    text: str

    @property
    def marker(self) -> str:
        """The first line of the one answer, by which that is found again."""
        return f"<!-- agent-ci:chat-{self.comment} -->"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the forge itself says of a comment.

    ``text`` is the comment as it stands, ``may_write`` whether its author may write to the repository, ``is_program``
    whether that is a program or we, ``answer`` what we answered before, and ``change`` the open change request, None
    where there is none any more.
    """

    text: str
    is_program: bool
    may_write: bool
    change: AskedChange | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done: what is answered, and the *command* to carry out, empty for none."""

    answer: str
    command: str = ""


def asked_for(text: str) -> str | None:
    """The word behind the first ``/agent-ci`` that begins a line of *text*, empty for none; None without such a line.

    Only what stands before the first code block and the first HTML of a comment is read, and of that no quotation,
    and no line that could belong to code or a link of the line before. So no text that a person merely shows to
    others is taken for an order, whatever dialect of Markdown it is in.
    """
    is_doubtful = False
    for line in re.split(r"\r\n?|\n", text[:_MAX_TEXT]):
        if _QUOTED.match(line):
            is_doubtful = True
            continue
        found = None if is_doubtful else _ASKED.fullmatch(line)
        if found:
            return (found[1] or "").lower()
        if _CODE_OR_HTML.search(line):
            return None
        is_doubtful = bool(line.strip()) and (is_doubtful or any(sign in line for sign in _CONTINUED))
    return None


def decided(name: str, change: AskedChange | None, *, run_url: str = "", lacks: Collection[str] = ()) -> Decision:
    """What is done where a person who may write asks for *name* on *change*.

    *run_url* is where it can be watched, and *lacks* are the commands that this forge cannot be made to carry out.
    """
    if name not in COMMANDS:
        known = ", ".join(f"`/agent-ci {command}` {meaning}" for command, meaning in COMMANDS.items())
        meant = did_you_mean(name, COMMANDS) or "."
        return Decision(f"There is no command `{name}`{meant} I know: {known}." if name else f"I know: {known}.")
    if objection := _objection(name, change, lacks):
        return Decision(f"`{name}` was not started: {objection}.")
    if name == "stop":
        return Decision(f"Nothing more is repaired here until somebody asks for `fix` (label `{STOPPED}`).", name)
    assert change is not None  # noqa: S101 - there would be an objection
    where = f" ({run_url})" if run_url else ""
    told = f"{_DOES[name]} commit `{change.head[:12]}`; what comes of it is told in a comment of its own{where}."
    return Decision(told, name)


_DOES = {"fix": "I try to repair", "explain": "I look at", "undo": "I take back the last repair up to"}


def _objection(name: str, change: AskedChange | None, lacks: Collection[str]) -> str:
    if name in _LATER:
        return "this release does not do that in answer to a comment yet"
    if name in lacks:
        return "here a comment starts the pipeline of the change itself, which cannot be told to do that alone"
    if change is None:
        return "this change is not open any more, or its branch is gone"
    if change.from_fork and name != "stop":
        return (
            "this change comes from a fork, and what a comment starts has secrets that no fork's code may be near; "
            "push it to a branch of this repository, or run agent-ci on your machine"
        )
    return ""
