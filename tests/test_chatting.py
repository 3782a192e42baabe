"""Who may ask for what in a comment, and that nothing of a comment reaches the workflow but a word of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from agent_ci.chatting import heard
from agent_ci.core.chat import JOBS, Standing, asked_for
from agent_ci.core.outward.writer import Outward

HEAD = "a" * 40
NOTHING = {"job": "", "commit": "", "number": ""}


@dataclass
class Crew:
    """A forge that knows who may write, and keeps one answer for a marker."""

    writers: tuple[str, ...] = ("ada",)
    head: str = HEAD
    looked_up: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)

    def standing(self, login: str, number: int) -> Standing:
        self.looked_up.append(f"{login} at {number}")
        return Standing(login in self.writers, self.head)

    def react(self, comment: int) -> None:
        self.seen.add(comment)

    def answer(self, _number: int, marker: str, text: str) -> str:
        return self.answers.setdefault(marker, text)


def comment(body: str = "/agent-ci fix", **changed: Any) -> dict[str, Any]:
    user = {"login": changed.get("login", "ada"), "type": changed.get("type", "User")}
    return {
        "action": changed.get("action", "created"),
        "issue": {"number": changed.get("number", 12), "pull_request": changed.get("request", {"url": "x"})},
        "comment": {"id": changed.get("id", 7), "body": body, "user": user, "author_association": "OWNER"},
    }


def said(crew: Crew, payload: dict[str, Any]) -> dict[str, str]:
    return heard(payload, crew, Outward())


ASKS = {
    "alone": ("/agent-ci fix", "fix"),
    "below other words": ("please\n/agent-ci explain\nthanks", "explain"),
    "with more behind it": ("/agent-ci fix the build; rm -rf /", "fix"),
    "in capitals": ("/Agent-CI Undo", "undo"),
    "with the line ends of a browser": ("hello\r\n/agent-ci stop\r\n", "stop"),
    "below a code block": ("```\nx\n```\n/agent-ci fix", "fix"),
    "the first of two": ("/agent-ci explain\n/agent-ci fix", "explain"),
    "without a word": ("/agent-ci", ""),
}
ASKS_NOTHING = {
    "in the middle of a line": "please /agent-ci fix",
    "in a code block": "```\n/agent-ci fix\n```",
    "in a code block with tildes": "~~~~\n~~~\n/agent-ci fix\n~~~~",
    "in a code block that is left open": "```sh\n/agent-ci fix",
    "in a block that another mark does not end": "```\n~~~\n/agent-ci fix",
    "in an indented block": "    /agent-ci fix",
    "in a quotation": "> /agent-ci fix",
    "in a hidden comment": "<!--\n/agent-ci fix\n-->",
    "in a hidden comment that is left open": "<!--\n/agent-ci fix",
    "as a part of a word": "/agent-city fix",
    "far behind what a forge takes": "x" * 65_536 + "\n/agent-ci fix",
}


@pytest.mark.parametrize(("body", "name"), ASKS.values(), ids=ASKS)
def test_a_line_that_begins_with_our_name_asks_for_something(body: str, name: str) -> None:
    assert asked_for(body) == name


@pytest.mark.parametrize("body", ASKS_NOTHING.values(), ids=ASKS_NOTHING)
def test_code_quotations_and_hidden_text_ask_for_nothing(body: str) -> None:
    assert asked_for(body) is None


@pytest.mark.parametrize("name", JOBS)
def test_a_person_who_may_write_starts_a_job_on_the_commit_that_the_forge_names(name: str) -> None:
    crew = Crew()
    assert said(crew, comment(f"/agent-ci {name}")) == {"job": name, "commit": HEAD, "number": "12"}
    assert (crew.looked_up, crew.seen, crew.answers) == (["ada at 12"], {7}, {})


REFUSED = {
    "somebody who may not write, whatever the payload says": comment(login="mallory"),
    "a program by its type": comment(type="Bot"),
    "a program by its name": comment(login="ada[bot]"),
    "a program that tells no type": comment(type=None),
    "nobody": comment(login=""),
    "a name that is a path": comment(login="../ada"),
    "a comment that was edited": comment(action="edited"),
    "a comment on an issue": comment(request=None),
    "a number that is none": comment(number="12; rm"),
    "an id that is none": comment(id=None),
    "no payload": {},
    "a payload of words": {"action": "created", "comment": "x", "issue": [1]},
}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED)
def test_nobody_else_starts_anything_or_is_answered(payload: dict[str, Any]) -> None:
    crew = Crew()
    assert said(crew, payload) == NOTHING
    assert (crew.seen, crew.answers) == (set(), {})


def test_programs_are_not_even_looked_up() -> None:
    crew = Crew(writers=("ada", "ada[bot]"))
    assert said(crew, comment(login="ada[bot]")) == NOTHING
    assert crew.looked_up == []


@pytest.mark.parametrize(
    ("name", "words"), [("dance", "I know `/agent-ci fix`"), ("tests", "not part of this release")]
)
def test_what_we_cannot_do_is_answered_once(name: str, words: str) -> None:
    crew = Crew()
    for _ in range(2):
        assert said(crew, comment(f"/agent-ci {name} @everyone")) == NOTHING
    [(marker, text)] = crew.answers.items()
    assert text.startswith(f"{marker}\n")
    assert words in text
    assert "everyone" not in text


def test_a_head_that_is_no_commit_id_starts_nothing() -> None:
    crew = Crew(head="$(id)")
    assert said(crew, comment()) == NOTHING
    assert "no commit any more" in crew.answers["<!-- agent-ci:chat-7 -->"]
