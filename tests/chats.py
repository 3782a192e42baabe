"""A comment on a change request at a forge on loopback, and jobs of `chat` that are told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent_ci import registry
from agent_ci.chatting import Chat
from agent_ci.forges.github.people import GitHubPeople
from agent_ci.forges.github.project import Project
from agent_ci.http.api import Timing
from tests.checkouts import Checkout
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_state import Account
from tests.servers.github_talk import say

FAST = Timing(sleep=lambda _: None, write_gap=0.0)
Said = tuple[str, Mapping[str, str]]


@dataclass
class Talk:
    """The open pull request *number* of *branch*, on which people speak at *server*; events go to *folder*."""

    server: ForgeServer
    folder: Path
    branch: str
    number: int = 0
    events: int = field(default=0)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, branch: str = "topic") -> Iterator[Talk]:
        """A new one in the empty *folder*. Ada may write."""
        checkout = Checkout.at(folder / "work")
        checkout.commit({"a.py": "a = 1\n"})
        checkout.git("checkout", "--quiet", "-b", branch)
        checkout.commit({"a.py": "a = 2\n"})
        checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(folder / "origin.git"))
        with ForgeServer(folder / "origin.git") as server:
            server.state.permissions["ada"] = "write"
            yield cls(server, folder, branch, server.state.open_request(branch))

    @property
    def head(self) -> str:
        return self.server.state.bare.head(self.branch)

    @property
    def answers(self) -> list[str]:
        """What we said."""
        bot = Account().user
        return [str(one["body"]) for one in self.server.state.comments.values() if one["user"] == bot]

    @property
    def reactions(self) -> list[str]:
        return [str(one["content"]) for one in self.server.state.reactions.values()]

    @property
    def labels(self) -> list[str]:
        return [str(one["name"]) for one in self.server.state.pulls[self.number]["labels"]]

    def comment(self, text: str, by: str = "ada", **changed: Any) -> dict[str, Any]:
        """The event of a new comment that somebody made; *changed* are parts of the event that are another thing."""
        made = say(self.server.state, self.number, text, Account(by))
        issue = {"number": self.number, "pull_request": {"url": "x"}}
        return {"action": "created", "issue": issue, "comment": made, **changed}

    def environment(self, event: object, run: int = 1, **more: str) -> dict[str, str]:
        """That of a job which *event* started."""
        self.events += 1
        path = self.folder / f"event-{self.events}.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "issue_comment",
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_RUN_ID": str(run),
            "GITHUB_TOKEN": TOKEN,
            **self.server.variables,
            **more,
        }

    def told(self, event: object, run: int = 1) -> Said:
        """What a job of `chat` does about *event*."""
        return Chat(self.environment(event, run)).run()


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no job wait between two writes, which GitHub asks for."""
    monkeypatch.setattr(registry, "people", lambda environment: GitHubPeople(Project.of(environment, FAST)))
