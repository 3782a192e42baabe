"""The component for a changelog drafts the notes of a tag, and makes its release where a person starts that job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkouts import Checkout
from tests.pipelines.tools import ROOT, path, run, tool
from tests.servers.gitlab import GitLabServer

FILE = "docs/CHANGELOG-2.md"
PIPELINE = f"""include:
  - local: templates/changelog.yml
    inputs: {{image: localhost/agent-ci, deliver: patch, changelog-file: {FILE}}}
"""
TOKEN = "glpat-Rk3vZ8qLw5Tn1Xy6"  # noqa: S105 - made up


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a release, the component, and `agent-ci` as its image would have it."""
    component = (ROOT / "templates/changelog.yml").read_text(encoding="utf-8")
    checkout = Checkout.at(tmp_path / "repository")
    files = {".gitlab-ci.yml": PIPELINE, "templates/changelog.yml": component}
    files |= {"CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n"}
    files |= {FILE: "# Changelog\n\n## 1.0.0\n\n### Bug fixes\n\n- All.\n"}
    ignored = ".gitlab-ci-local\n.agent-ci\n"
    checkout.commit({**files, ".gitignore": ignored}, "Begin")
    checkout.git("tag", "v1.0.0")
    checkout.commit({"src/sum.py": "a = 1\n"}, "Fix the sum")
    checkout.git("tag", "v1.1.0")
    checkout.git("remote", "add", "origin", "https://gitlab.example.org/group/name.git")
    program = tmp_path / "bin" / "agent-ci"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m agent_ci "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return checkout.root


def pipeline(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    runner = tool("gitlab-ci-local")
    tool("rsync")
    around = {"PATH": f"{repository.parent / 'bin'}:{path()}", "PYTHONPATH": str(ROOT)}
    options = ("--force-shell-executor", "--variable", "GITLAB_CI=true", "--variable", "CI_COMMIT_TAG=v1.1.0")
    return run(runner, *options, *arguments, cwd=repository, seconds=200, **around)


def test_a_tag_gets_its_notes_and_a_release_where_a_person_starts_the_job(repository: Path) -> None:
    head = Checkout(repository).git("rev-parse", "HEAD")
    with GitLabServer(Checkout(repository), repository.parent / "hosted", TOKEN) as server:
        job = {**server.variables, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": head, "CI_JOB_TOKEN": TOKEN}
        given = [word for name, value in job.items() for word in ("--variable", f"{name}={value}")]
        drafted = pipeline(repository, *given)
        assert drafted.returncode == 0, drafted.stdout + drafted.stderr
        assert "### Bug fixes\n\n- Fix the sum" in (repository / ".agent-ci/notes.md").read_text(encoding="utf-8")
        assert (repository / ".agent-ci/fix.patch").exists()
        assert server.releases == {}
        published = pipeline(repository, "changelog:publish", *given)
        assert published.returncode == 0, published.stdout + published.stderr
        assert "### Bug fixes\n\n- Fix the sum" in server.releases["v1.1.0"]["description"]
    assert TOKEN not in published.stdout + published.stderr
