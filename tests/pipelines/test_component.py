"""The component for GitLab turns a red pipeline into a proven fix, under a real runner of such pipelines."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.repositories import git
from tests.checkouts import Checkout
from tests.pipelines.tools import ROOT, path, red_repository, run, tool
from tests.servers.gitlab import GitLabServer

PIPELINE = """\
include:
  - local: templates/agent-ci.yml
    inputs:
      image: localhost/tests
      publish-image: localhost/agent-ci
      proposer: known search
      report: junit.xml
      repeat: "2"

stages: [test]

tests:
  stage: test
  script:
    - python3 -m pytest -p no:cacheprovider --junitxml=junit.xml
  artifacts:
    when: always
    paths: [junit.xml]
    reports:
      junit: junit.xml
"""
TOKEN = "glpat-Rk3vZ8qLw5Tn1Xy6"  # noqa: S105 - made up
MERGE_REQUEST = "CI_PIPELINE_SOURCE=merge_request_event"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A red repository that includes the component, and `agent-ci` as its image would have it."""
    component = (ROOT / "templates/agent-ci.yml").read_text(encoding="utf-8")
    files = {".gitlab-ci.yml": PIPELINE, "templates/agent-ci.yml": component, ".gitignore": ".gitlab-ci-local\n"}
    made = red_repository(tmp_path / "repository", files, origin="https://gitlab.example.org/group/name.git")
    program = tmp_path / "bin" / "agent-ci"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m agent_ci "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return made


def pipeline(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    runner = tool("gitlab-ci-local")
    tool("rsync")
    around = {"PATH": f"{repository.parent / 'bin'}:{path()}", "PYTHONPATH": str(ROOT)}
    options = ("--force-shell-executor", "--variable", "GITLAB_CI=true")
    return run(runner, *options, *arguments, cwd=repository, seconds=300, **around)


def test_a_red_pipeline_gets_a_proven_fix_and_the_other_job_takes_it_by_its_digest(repository: Path) -> None:
    said = pipeline(repository).stdout
    out = repository / ".agent-ci"
    assert "fixed: proven with the proposer `search`" in said
    assert "+    return a + b" in (out / "fix.patch").read_text(encoding="utf-8")
    digest = hashlib.sha256((out / "evidence.json").read_bytes()).hexdigest()
    assert (out / "outputs.env").read_text(encoding="utf-8") == f"AGENT_CI_EVIDENCE_SHA256={digest}\n"
    published = pipeline(repository, "agent-ci:publish")
    assert published.returncode == 0, published.stdout
    assert json.loads((out / "evidence.json").read_text(encoding="utf-8"))["handed_over"] == {"sha256": digest}


def test_the_job_that_publishes_delivers_to_the_forge_and_says_so_where_people_look(repository: Path) -> None:
    (repository / ".gitlab-ci.yml").write_text(PIPELINE.replace("proposer:", "deliver: commit\n      proposer:", 1))
    git(repository, "commit", "-q", "-a", "-m", "deliver commits")
    head = git(repository, "rev-parse", "HEAD").strip()
    with GitLabServer(Checkout(repository), repository.parent / "hosted", TOKEN) as server:
        job = {**server.variables, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_SHA": head}
        given = [word for name, value in job.items() for word in ("--variable", f"{name}={value}")]
        pipeline(repository, *given)
        done = pipeline(repository, "agent-ci:publish", *given, "--variable", f"GITLAB_TOKEN={TOKEN}")
        assert done.returncode == 0, done.stdout
        assert server.hosted.git("rev-parse", "main^") == head
        assert "+    return a + b" in server.hosted.git("show", "main")
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variables", "jobs"),
    [
        ((MERGE_REQUEST,), {"tests", "agent-ci:propose", "agent-ci:publish"}),
        (("CI_PIPELINE_SOURCE=push",), {"tests", "agent-ci:propose", "agent-ci:publish"}),
        (("CI_PIPELINE_SOURCE=push", "CI_COMMIT_BRANCH=topic"), {"tests"}),
        ((MERGE_REQUEST, "CI_COMMIT_MESSAGE=fix: a sum\n\nAgent-CI-Run: local\n"), {"tests"}),
        ((MERGE_REQUEST, "CI_COMMIT_AUTHOR=agent-ci <agent-ci@users.noreply.github.com>"), {"tests"}),
    ],
    ids=["merge request", "default branch", "another branch", "its own message", "its own address"],
)
def test_the_component_starts_for_people_and_never_for_its_own_commits(
    variables: tuple[str, ...], jobs: set[str], repository: Path
) -> None:
    given = [word for variable in variables for word in ("--variable", variable)]
    said = pipeline(repository, "--list-json", *given).stdout
    listed = json.loads(said[said.index("[\n") :])  # a warning stands before it
    assert {job["name"] for job in listed if job["when"] != "never"} == jobs


def test_the_job_that_publishes_gets_no_file_of_the_change_and_the_other_delivers_nothing(repository: Path) -> None:
    shown = pipeline(repository, "--preview", "--variable", MERGE_REQUEST).stdout
    propose, publish = shown.partition("agent-ci:publish:")[::2]
    assert "GIT_STRATEGY: none" in publish
    assert "agent-ci fix" not in publish
    assert "AGENT_CI_DELIVER: patch" in propose
    assert git(repository, "status", "--porcelain") == ""
