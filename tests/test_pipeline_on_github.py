"""A red pull request on a GitHub on loopback: two jobs, or three processes of one, make a commit and one comment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_ci.checkout import Repository
from bench.repositories import git
from tests.github_pipeline import Pipeline
from tests.red import CALC, WRONG
from tests.servers.github import TOKEN

KEY = "sk-canary-1f9d3b70c5"


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline.opened(tmp_path) as made:
        yield made


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_two_jobs_prove_and_deliver_apart_and_say_it_once(pipeline: Pipeline, tmp_path: Path) -> None:
    out, before = tmp_path / "out", pipeline.head()
    done = pipeline.fix(out, "--deliver", "patch")
    assert (done.returncode, document(done)["outcome"]) == (0, "fixed"), done.stderr
    assert not [one for one in pipeline.server.seen if one.is_write]
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    published = tmp_path / "published"
    asked = ("publish", str(out / "evidence.json"), "--repository", str(nowhere), "--out", str(published), "--json")
    (tmp_path / "summary.md").touch()
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    delivered = pipeline.run(*asked, "--deliver", "commit", GITHUB_TOKEN=TOKEN, **summary)
    assert (delivered.returncode, document(delivered)["outcome"]) == (0, "delivered"), (
        delivered.stderr + delivered.stdout
    )
    assert pipeline.head() != before
    [comment] = pipeline.comments()
    assert comment.splitlines()[2].endswith("Fixed and delivered")
    page = (published / "report.html").read_text(encoding="utf-8")
    assert (document(delivered)["told"] in page, document(delivered)["delivery"]["sentence"] in page) == (True, True)
    assert "Fixed and delivered" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert list(nowhere.iterdir()) == []
    again = pipeline.run(*asked, "--deliver", "commit", GITHUB_TOKEN=TOKEN)
    assert (again.returncode, document(again)["delivery"]) == (0, document(delivered)["delivery"])
    assert len(pipeline.comments()) == 1


def test_one_job_with_key_and_token_is_three_processes(pipeline: Pipeline, tmp_path: Path) -> None:
    before = pipeline.head()
    done = pipeline.fix(tmp_path / "out", "--deliver", "commit", GITHUB_TOKEN=TOKEN, AGENT_CI_API_KEY=KEY)
    assert (done.returncode, document(done)["outcome"]) == (0, "delivered"), done.stderr + done.stdout
    assert pipeline.head() != before
    assert len(pipeline.comments()) == 1
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert not any(secret in text for text in (*texts, done.stdout, done.stderr) for secret in (KEY, TOKEN))


def test_one_job_says_why_nothing_was_proven_and_ends_as_it_did(pipeline: Pipeline, tmp_path: Path) -> None:
    before, out, told = pipeline.head(), tmp_path / "out", tmp_path / "outputs"
    told.touch()
    variables = {"GITHUB_TOKEN": TOKEN, "GITHUB_OUTPUT": str(told)}
    done = pipeline.fix(out, "--deliver", "commit", reply=WRONG, **variables)
    assert (done.returncode, document(done)["outcome"]) == (1, "no_fix"), done.stderr
    assert json.loads((out / "evidence.json").read_text(encoding="utf-8")) == document(done)
    [comment] = pipeline.comments()
    assert comment.splitlines()[2].endswith("No fix found")
    [check] = pipeline.server.state.checks.values()
    assert (check["conclusion"], pipeline.head()) == ("failure", before)
    assert told.read_text(encoding="utf-8").count("outcome") == 1


def test_one_job_is_silent_on_green(pipeline: Pipeline, tmp_path: Path) -> None:
    green = CALC.replace("a - b", "a + b")
    pipeline.red.commit({"calc.py": green})
    git(pipeline.red.path, "push", "-q", str(tmp_path / "origin.git"), "HEAD:topic")
    event = json.loads(pipeline.event.read_text(encoding="utf-8"))
    event["pull_request"]["head"]["sha"] = Repository.at(pipeline.red.path).head()
    pipeline.event.write_text(json.dumps(event), encoding="utf-8")
    done = pipeline.fix(tmp_path / "out", "--deliver", "commit", GITHUB_TOKEN=TOKEN)
    assert (done.returncode, document(done)["outcome"]) == (0, "nothing_to_do"), done.stderr
    assert "tell" in done.stderr
    assert (pipeline.comments(), pipeline.server.state.checks) == ([], {})


def test_one_job_without_a_token_leaves_the_file_and_says_why(pipeline: Pipeline, tmp_path: Path) -> None:
    before = pipeline.head()
    done = pipeline.fix(tmp_path / "out", "--deliver", "commit")
    told = document(done)
    assert (done.returncode, told["outcome"], told["delivery"]["rung"]) == (0, "fixed", "patch")
    assert "run `agent-ci publish` in a job that has GITHUB_TOKEN" in told["delivery"]["sentence"]
    assert (pipeline.head(), pipeline.comments()) == (before, [])


def judges(pipeline: Pipeline) -> None:
    """Have the event tell of the commit that is checked out."""
    event = json.loads(pipeline.event.read_text(encoding="utf-8"))
    event["pull_request"]["head"]["sha"] = Repository.at(pipeline.red.path).head()
    pipeline.event.write_text(json.dumps(event), encoding="utf-8")


def commit_as_ours(pipeline: Pipeline, message: str) -> None:
    """Have the branch end in a commit of ours with what is staged, here, on the server and in the event."""
    ours = ("-c", "user.name=agent-ci", "-c", "user.email=agent-ci@users.noreply.github.com")
    git(pipeline.red.path, *ours, "commit", "-q", "--allow-empty", "-m", message)
    git(pipeline.red.path, "push", "-q", str(pipeline.red.scratch / "origin.git"), "HEAD:topic")
    judges(pipeline)


def test_a_repair_of_ours_that_broke_something_is_proposed_to_be_taken_back(pipeline: Pipeline, tmp_path: Path) -> None:
    out, path = tmp_path / "out", pipeline.red.path / "calc.py"
    path.write_text(CALC.replace("a - b", "a + b").replace("a * 2", "a * 3"), encoding="utf-8")
    git(pipeline.red.path, "add", "-A")
    commit_as_ours(pipeline, f"fix: the sign\n\nAgent-CI-Fingerprint: {'0' * 16}\nAgent-CI-Attempt: 1\n")
    before = pipeline.head()
    done = pipeline.fix(out, "--deliver", "patch")
    told = document(done)
    assert (told["outcome"], told["takes_back"]["commit"]) == ("fixed", before), done.stderr
    asked = ("publish", str(out / "evidence.json"), "--repository", str(pipeline.red.path), "--out", str(tmp_path))
    published = pipeline.run(*asked, "--deliver", "commit", "--json", GITHUB_TOKEN=TOKEN)
    rung = document(published)["delivery"]
    assert (published.returncode, pipeline.head(), rung["rung"]) == (0, before, "pull-request"), rung
    assert "a revert is proposed to a person, and never committed at once" in rung["sentence"]
    [made] = (pull for number, pull in pipeline.server.state.pulls.items() if number != 1)
    assert (made["title"], made["draft"]) == ('Revert "fix: the sign"', True)
    assert "the revert repairs nothing else: test_calc.py::test_add will be red again" in made["body"]
    message = pipeline.server.state.bare.git("log", "-1", "--format=%B", made["head"]["ref"])
    assert (f"This reverts commit {before}." in message, f"Agent-CI-Reverts: {before}" in message) == (True, True)


def test_a_repair_that_did_not_hold_asks_a_person_once_until_it_is_green(pipeline: Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pipeline.fix(out, "--deliver", "patch").returncode == 0
    message = json.loads((out / "evidence.json").read_text(encoding="utf-8"))["patch_file"]["message"]
    commit_as_ours(pipeline, message)  # our repair, which repaired nothing
    done = pipeline.fix(out, "--deliver", "patch")
    told = document(done)
    assert (done.returncode, told["outcome"], told["attempts"]) == (1, "no_fix", [])
    assert "was to repair this very failure" in told["reason"]
    for _ in range(2):
        asked = ("publish", str(out / "evidence.json"), "--repository", str(pipeline.red.path), "--out", str(tmp_path))
        assert pipeline.run(*asked, GITHUB_TOKEN=TOKEN).returncode == 0
    [issue] = pipeline.server.state.issues.values()
    assert told["escalate"] in issue["body"]
    pipeline.red.commit({"calc.py": CALC.replace("a - b", "a + b")})  # a person's repair
    git(pipeline.red.path, "push", "-q", str(tmp_path / "origin.git"), "HEAD:topic")
    judges(pipeline)
    green = document(pipeline.fix(out, "--deliver", "patch"))
    assert (green["outcome"], green["mended"]) == ("nothing_to_do", [told["escalate"]])
    for _ in range(2):
        assert pipeline.run(*asked, GITHUB_TOKEN=TOKEN).returncode == 0
    stranger = json.loads(pipeline.event.read_text(encoding="utf-8"))
    stranger["pull_request"]["head"]["repo"] = {"full_name": "mallory/shop"}
    pipeline.event.write_text(json.dumps(stranger), encoding="utf-8")
    assert document(pipeline.fix(tmp_path / "of-a-fork", "--deliver", "patch"))["mended"] == []
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert len([one for one in pipeline.server.writes if one.path.endswith(f"/issues/{issue['number']}")]) == 1
