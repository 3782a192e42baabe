"""GitLab's jobs for a changelog draft the notes of a tag, and make its release where a person starts the second.

They are those of the component, and those that `init --changelog` writes, whose installation is left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci.core.scaffold import GITLAB_CHANGELOG, Layout, files
from tests.checkouts import Checkout
from tests.pipelines.tools import ROOT, path, run, tool
from tests.servers.gitlab import GitLabServer

FILE = "docs/CHANGELOG-2.md"
PIPELINE = f"""include:
  - local: templates/changelog.yml
    inputs: {{image: localhost/agent-ci, deliver: patch, changelog-file: {FILE}}}
"""
WRITTEN = "# Changelog\n\n## 1.0.0\n\n### Bug fixes\n\n- All.\n"
TOKEN = "glpat-Rk3vZ8qLw5Tn1Xy6"  # noqa: S105 - made up


JOBS = {"component": "changelog:publish", "init": "agent-ci:release"}


def jobs_of_init() -> str:
    text = files(Layout("gitlab", "main", "", has_changelog=True), "")[GITLAB_CHANGELOG]
    kept, number = re.subn(r"  before_script:\n(?:    .*\n)+", "", text)
    assert number == 1
    return kept.replace("--deliver pull-request", "--deliver patch")


def pipeline_files(by: str) -> dict[str, str]:
    if by == "init":
        include = f"include:\n  - local: {GITLAB_CHANGELOG}\n"
        return {".gitlab-ci.yml": include, GITLAB_CHANGELOG: jobs_of_init(), "CHANGELOG.md": WRITTEN}
    component = (ROOT / "templates/changelog.yml").read_text(encoding="utf-8")
    first = {"CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n"}
    return {".gitlab-ci.yml": PIPELINE, "templates/changelog.yml": component, FILE: WRITTEN, **first}


def repository(folder: Path, by: str) -> Path:
    """A repository with a release, the jobs, and `agent-ci` as the image, or the installation, would have it."""
    checkout = Checkout.at(folder / "repository")
    ignored = ".gitlab-ci-local\n.agent-ci\n"
    checkout.commit({**pipeline_files(by), ".gitignore": ignored}, "Begin")
    checkout.git("tag", "v1.0.0")
    checkout.commit({"src/sum.py": "a = 1\n"}, "Fix the sum")
    checkout.git("tag", "v1.1.0")
    checkout.git("remote", "add", "origin", "https://gitlab.example.org/group/name.git")
    program = folder / "agent-ci/bin/agent-ci"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m agent_ci "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return checkout.root


def pipeline(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    runner = tool("gitlab-ci-local")
    tool("rsync")
    around = {"PATH": f"{repository.parent / 'agent-ci/bin'}:{path()}", "PYTHONPATH": str(ROOT)}
    around["HOME"] = str(repository.parent)
    options = ("--force-shell-executor", "--variable", "GITLAB_CI=true", "--variable", "CI_COMMIT_TAG=v1.1.0")
    return run(runner, *options, *arguments, cwd=repository, seconds=200, **around)


@pytest.mark.parametrize("by", JOBS)
def test_a_tag_gets_its_notes_and_a_release_where_a_person_starts_the_job(by: str, tmp_path: Path) -> None:
    checkout = repository(tmp_path, by)
    head = Checkout(checkout).git("rev-parse", "HEAD")
    with GitLabServer(Checkout(checkout), tmp_path / "hosted", TOKEN) as server:
        job = {**server.variables, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": head, "CI_JOB_TOKEN": TOKEN}
        given = [word for name, value in job.items() for word in ("--variable", f"{name}={value}")]
        drafted = pipeline(checkout, *given)
        assert drafted.returncode == 0, drafted.stdout + drafted.stderr
        assert "### Bug fixes\n\n- Fix the sum" in (checkout / ".agent-ci/notes.md").read_text(encoding="utf-8")
        assert (checkout / ".agent-ci/fix.patch").exists()
        assert server.releases == {}
        published = pipeline(checkout, JOBS[by], *given)
        assert published.returncode == 0, published.stdout + published.stderr
        assert "### Bug fixes\n\n- Fix the sum" in server.releases["v1.1.0"]["description"]
    assert TOKEN not in published.stdout + published.stderr
