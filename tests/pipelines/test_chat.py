"""A comment takes a repair back, under a real runner: the jobs of `init --chat`, by what they tell each other.

Left out are the jobs that use actions of others, which the runner would have to fetch; tests/test_chat_pipeline.py has
what they run. A checkout is added to the others, since the action lies in the repository here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from agent_ci import git as plain_git
from agent_ci.core.pins import pinned
from agent_ci.core.scaffold import CHAT_WORKFLOW, Layout, files
from bench.repositories import git, write
from tests.pipelines.tools import put_action, red_repository, run, tool
from tests.red import CALC
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_state import Account
from tests.servers.github_talk import say

HIDDEN = ".agent-ci-action"
MESSAGE = "fix: the sign\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: 0123456789abcdef\nAgent-CI-Attempt: 1\n"
FOREIGN = re.compile(r"(?<=\n)  #[^\n]+\n  (?:propose|publish):\n(?:    [^\n]*\n|\n)+(?=  #)")


def workflow() -> str:
    text = files(Layout("github", "main", "", action=f"./{HIDDEN}", has_chat=True), "")[CHAT_WORKFLOW]
    kept, number = FOREIGN.subn("", text)
    assert number == 2
    return kept.replace("    steps:\n", f"    steps:\n      - uses: {pinned('actions/checkout')}\n")


def commented(tmp_path: Path, text: str, by: str) -> tuple[str, ForgeServer, str]:
    """What the runner printed for a comment on the pull request of `topic`, the forge, and where `topic` was before."""
    act, home = tool("act"), tmp_path / "home"
    home.mkdir()
    repository = red_repository(tmp_path / "work", {CHAT_WORKFLOW: workflow()}, origin="https://github.com/owner/name")
    git(repository, "checkout", "-q", "-b", "topic")
    write(repository, {"calc.py": CALC.replace("a - b", "a + b")})
    ours = ("-c", f"user.name={plain_git.NAME}", "-c", f"user.email={plain_git.EMAIL}")
    git(repository, *ours, "commit", "-q", "-a", "-m", MESSAGE)
    git(repository, "checkout", "-q", "main")
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(tmp_path / "origin.git"))
    put_action(repository / HIDDEN)
    with ForgeServer(tmp_path / "origin.git", name="owner/name") as server:
        server.state.permissions["ada"] = "write"
        number = server.state.open_request("topic")
        before = server.state.bare.head("topic")
        issue = {"number": number, "pull_request": {"url": "x"}}
        comment = say(server.state, number, text, Account(by))
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"action": "created", "issue": issue, "comment": comment}), encoding="utf-8")
        given = [word for name, value in server.variables.items() for word in ("--env", f"{name}={value}")]
        options = ("-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--pull=false")
        secret = ("--secret", f"GITHUB_TOKEN={TOKEN}")
        done = run(
            act, "issue_comment", "--eventpath", str(event), *options, *secret, *given,
            cwd=repository, seconds=300, HOME=str(home),
        )  # fmt: skip
    return done.stdout + done.stderr, server, before


def test_the_jobs_that_a_comment_starts_take_the_last_repair_back(tmp_path: Path) -> None:
    said, server, before = commented(tmp_path, "/agent-ci undo ; touch pwned", "ada")
    bare = server.state.bare
    assert bare.head("topic") != before, said
    assert git(tmp_path / "origin.git", "show", "topic:calc.py") == CALC.strip()
    answers = [str(one["body"]).splitlines()[0] for one in server.state.comments.values()][1:]
    assert [answer.split(":")[1].split("-")[0] for answer in answers] == ["chat", "undo"]
    assert (TOKEN in said, "pwned" in "".join(path.name for path in tmp_path.rglob("*"))) == (False, False)


def test_the_comment_of_a_stranger_starts_no_other_job(tmp_path: Path) -> None:
    said, server, before = commented(tmp_path, "/agent-ci undo", "mallory")
    assert "take back the last repair" not in said
    assert (server.state.bare.head("topic"), server.writes) == (before, []), said
