"""A red pull request on a GitHub on loopback, and jobs of agent-ci for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_ci.checkout import Repository
from bench.repositories import PYTEST, git
from tests.red import CALC, FILES, GOOD, RedRepository
from tests.servers.github import ForgeServer


@dataclass(frozen=True)
class Pipeline:
    """The red branch ``topic`` with the open pull request 1 onto ``main``, and a checkout of it."""

    red: RedRepository
    server: ForgeServer
    event: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """agent-ci in a job of this pipeline."""
        environment = {
            "PATH": os.environ["PATH"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.event),
            "GITHUB_JOB": "test",
            **self.server.variables,
            **variables,
        }
        argv = [sys.executable, "-m", "agent_ci", *arguments]
        return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=180)

    def fix(
        self, out: Path, *more: str, command: str = "fix", reply: str = GOOD, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """The command that needs no right to write."""
        cassette = self.red.scratch / "cassette.jsonl"
        cassette.write_text(f"{json.dumps({'text': reply})}\n", encoding="utf-8")
        given = ("--repository", str(self.red.path), "--run", PYTEST, "--repeat", "2", "--out", str(out))
        replay = ("--proposer", "replay", "--cassette", str(cassette), "--sandbox", "none")
        return self.run(command, *given, *replay, "--json", *more, **variables)

    def comments(self) -> list[str]:
        """What people see under the pull request."""
        return [str(one["body"]) for one in self.server.state.comments.values()]

    def head(self) -> str:
        """Where the branch is, on the server."""
        return self.server.state.bare.head("topic")

    @classmethod
    @contextmanager
    def opened(cls, tmp_path: Path) -> Iterator[Pipeline]:
        """A new one in the empty folder *tmp_path*."""
        red = RedRepository.make(tmp_path, {**FILES, "calc.py": CALC.replace("a - b", "a + b")})
        base = Repository.at(red.path).head()
        git(red.path, "checkout", "-q", "-b", "topic")
        red.commit({"calc.py": CALC, "more.py": "def triple(a):\n    return a * 3\n"})  # a repair leaves that
        origin = tmp_path / "origin.git"
        git(tmp_path, "clone", "-q", "--bare", str(red.path), str(origin))
        with ForgeServer(origin) as server:
            number = server.state.open_request("topic")
            head = Repository.at(red.path).head()
            name = {"full_name": "owner/shop"}
            request = {
                "number": number,
                "head": {"sha": head, "ref": "topic", "repo": name},
                "base": {"sha": base, "ref": "main", "repo": name},
            }
            event = tmp_path / "event.json"
            repository = {**name, "default_branch": "main"}
            event.write_text(
                json.dumps({"number": number, "pull_request": request, "repository": repository}), encoding="utf-8"
            )
            yield cls(red, server, event)
