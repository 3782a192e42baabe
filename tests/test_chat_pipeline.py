"""From a comment to a repair and back on a GitHub on loopback: each job is a process with the rights of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.chat import STOPPED
from tests.github_pipeline import Pipeline
from tests.servers.github import TOKEN
from tests.servers.github_state import Account
from tests.servers.github_talk import say

Done = subprocess.CompletedProcess[str]


@dataclass
class Speaking:
    """The pull request 1 of *pipeline*, on which Ada may write; *told* is what `chat` told the jobs after it."""

    pipeline: Pipeline
    folder: Path
    told: dict[str, str] = field(default_factory=dict)

    def says(self, text: str, by: str = "ada") -> Done:
        """Somebody comments, and the job `chat` runs."""
        state = self.pipeline.server.state
        comment = say(state, 1, text, Account(by))
        event = {"action": "created", "issue": {"number": 1, "pull_request": {"url": "x"}}, "comment": comment}
        (self.folder / "comment.json").write_text(json.dumps(event), encoding="utf-8")
        done = self.job("chat", GITHUB_TOKEN=TOKEN)
        self.told = dict(line.split("=", 1) for line in done.stdout.splitlines())
        return done

    def job(self, *arguments: str, **variables: str) -> Done:
        """A job of the workflow that a comment starts; it lies in a folder without any checkout."""
        return self.pipeline.run(*arguments, **self._variables, **variables)

    def fix(self, out: Path, command: str = "fix") -> Done:
        """The job that has no right to write."""
        return self.pipeline.fix(out, "--deliver", "patch", command=command, **self._variables)

    def publish(self, out: Path, *more: str) -> Done:
        nowhere = ("--repository", str(self.folder), "--out", str(self.folder / "published"), "--json")
        return self.job("publish", str(out / "evidence.json"), *nowhere, *more, GITHUB_TOKEN=TOKEN)

    @property
    def _variables(self) -> dict[str, str]:
        event = {"GITHUB_EVENT_NAME": "issue_comment", "GITHUB_EVENT_PATH": str(self.folder / "comment.json")}
        change = {"AGENT_CI_CHANGE": self.told["AGENT_CI_CHANGE"]} if self.told else {}
        return {**event, **change, "GITHUB_RUN_ID": "1"}


@pytest.fixture
def speaking(tmp_path: Path) -> Iterator[Speaking]:
    (tmp_path / "jobs").mkdir()
    with Pipeline.opened(tmp_path) as pipeline:
        pipeline.server.state.permissions["ada"] = "write"
        yield Speaking(pipeline, tmp_path / "jobs")


def document(done: Done) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_a_comment_leads_to_a_delivered_repair_and_another_one_takes_it_back(
    speaking: Speaking, tmp_path: Path
) -> None:
    pipeline, out = speaking.pipeline, tmp_path / "out"
    red = pipeline.head()
    done = speaking.says("/agent-ci fix")
    assert (done.returncode, speaking.told["AGENT_CI_COMMAND"], speaking.told["AGENT_CI_HEAD"]) == (0, "fix", red)
    proposed = speaking.fix(out)
    context = document(proposed)["context"]
    assert (proposed.returncode, context["number"], context["commit"], context["branch"]) == (0, 1, red, "topic")
    assert_no_other_change_gets_it(speaking, out)
    published = speaking.publish(out, "--deliver", "commit")
    assert (published.returncode, document(published)["outcome"]) == (0, "delivered"), published.stderr
    bare = pipeline.server.state.bare
    green = pipeline.head()
    assert bare.described("refs/heads/topic")[0]["parents"] != []
    assert green != red
    speaking.says("/agent-ci undo")
    assert (speaking.told["AGENT_CI_COMMAND"], speaking.told["AGENT_CI_HEAD"]) == ("undo", green)
    undone = speaking.job("undo", "--repository", str(speaking.folder), GITHUB_TOKEN=TOKEN)
    assert (undone.returncode, undone.stdout.startswith(f"delivered: commit {green[:12]} is taken back")) == (0, True)
    assert pipeline.head() not in (red, green)
    assert tree(pipeline, "topic") == tree(pipeline, red)
    said = [one.splitlines()[0] for one in pipeline.comments() if not one.startswith("/agent-ci")]
    assert [line.split(":")[1].split("-")[0] for line in said] == ["chat", "sticky", "chat", "undo"]


def assert_no_other_change_gets_it(speaking: Speaking, out: Path) -> None:
    told, pulls = dict(speaking.told), speaking.pipeline.server.state.pulls
    pulls[2] = {**pulls[1], "number": 2}
    speaking.told["AGENT_CI_CHANGE"] = told["AGENT_CI_CHANGE"].replace("number=1&", "number=2&")
    done = speaking.publish(out, "--deliver", "commit")
    assert (done.returncode, "about the number" in document(done)["reason"]) == (14, True)
    speaking.told = told
    del pulls[2]


def tree(pipeline: Pipeline, revision: str) -> str:
    bare = pipeline.server.state.bare.directory
    command = ["git", "--git-dir", str(bare), "rev-parse", f"{revision}^{{tree}}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def test_an_explanation_is_told_and_nothing_is_delivered(speaking: Speaking, tmp_path: Path) -> None:
    before = speaking.pipeline.head()
    speaking.says("/agent-ci explain")
    explained = speaking.fix(tmp_path / "out", speaking.told["AGENT_CI_COMMAND"])
    assert (explained.returncode, document(explained)["outcome"]) == (0, "explained"), explained.stderr
    published = speaking.publish(tmp_path / "out", "--deliver", "commit")
    assert published.returncode == 0, published.stderr
    assert speaking.pipeline.head() == before
    assert "test_add" in speaking.pipeline.comments()[-1]


def test_nothing_is_tried_or_delivered_once_a_person_said_stop_until_one_says_fix(
    speaking: Speaking, tmp_path: Path
) -> None:
    pipeline, out = speaking.pipeline, tmp_path / "out"
    before = pipeline.head()
    assert pipeline.fix(out, "--deliver", "patch").returncode == 0  # a run that had begun before
    done = speaking.says("/agent-ci stop")
    assert (done.returncode, speaking.told["AGENT_CI_COMMAND"]) == (0, "")
    asked = ("publish", str(out / "evidence.json"), "--repository", str(pipeline.red.path), "--json")
    refused = pipeline.run(*asked, "--out", str(tmp_path / "kept"), "--deliver", "commit", GITHUB_TOKEN=TOKEN)
    assert (refused.returncode, document(refused)["outcome"]) == (20, "policy_refused"), refused.stderr
    assert STOPPED in document(refused)["reason"]
    assert ((tmp_path / "kept/fix.patch").is_file(), pipeline.head()) == (True, before)
    event = json.loads(pipeline.event.read_text(encoding="utf-8"))
    event["pull_request"]["labels"] = pipeline.server.state.pulls[1]["labels"]
    pipeline.event.write_text(json.dumps(event), encoding="utf-8")
    stopped = document(pipeline.fix(tmp_path / "again", "--deliver", "patch"))
    assert (stopped["outcome"], stopped["attempts"], STOPPED in stopped["reason"]) == ("no_fix", [], True)
    speaking.says("/agent-ci fix")
    delivered = pipeline.run(*asked, "--out", str(tmp_path / "kept"), "--deliver", "commit", GITHUB_TOKEN=TOKEN)
    assert document(delivered)["outcome"] == "delivered"


def test_what_somebody_without_rights_says_leaves_no_trace(speaking: Speaking) -> None:
    done = speaking.says("/agent-ci fix", by="mallory")
    assert (done.returncode, set(speaking.told.values())) == (0, {""})
    assert speaking.pipeline.server.writes == []


@pytest.mark.parametrize("change", ["12", "number=1&head=HEAD", "$(id)"])
def test_a_change_that_is_told_wrongly_is_refused_in_one_sentence(speaking: Speaking, change: str) -> None:
    speaking.told = {"AGENT_CI_CHANGE": change}
    (speaking.folder / "comment.json").write_text("{}", encoding="utf-8")
    for done in (
        speaking.job("undo", "--repository", str(speaking.pipeline.red.path), GITHUB_TOKEN=TOKEN),
        speaking.job("explain", "--repository", str(speaking.pipeline.red.path)),
    ):
        said = done.stdout + done.stderr
        assert (done.returncode, "AGENT_CI_CHANGE does not name a change request" in said) == (14, True)
        assert "Traceback" not in done.stderr
