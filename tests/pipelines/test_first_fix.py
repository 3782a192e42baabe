"""From `agent-ci init` to the first delivered fix: the commands of the tutorial, under a real runner of pipelines."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from bench.repositories import git
from tests.checkouts import Checkout
from tests.pipelines.tools import ROOT, path, red_repository, run, tool
from tests.servers.gitlab import GitLabServer

TOKEN = "glpat-Wq7Zt2kNv9Lm4Bx3"  # noqa: S105 - made up
PIPELINE = """\
tests:
  script: [python3 -m pytest -p no:cacheprovider]
"""
MOST = 6


def commands() -> list[str]:
    """What the tutorial says to type."""
    section = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8").partition("## 7. ")[2]
    block = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block
    return block[1].splitlines()


def typed(command: str, folder: Path, **variables: str) -> str:
    done = run("sh", "-c", command, cwd=folder, seconds=120, **variables)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with `agent-ci` for the person; the jobs install their own."""
    program = tmp_path / "bin" / "agent-ci"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m agent_ci "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def test_six_commands_lead_to_the_first_delivered_fix(programs: Path, tmp_path: Path) -> None:
    runner = tool("gitlab-ci-local")
    tool("rsync")
    files = {".gitlab-ci.yml": PIPELINE, ".gitignore": ".gitlab-ci-local\n"}
    repository = red_repository(tmp_path / "repository", files, origin="https://gitlab.example.org/group/name.git")
    wheels = tmp_path / "wheels"
    build = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT))
    built = run(*build, cwd=tmp_path, seconds=180)
    assert built.returncode == 0, built.stderr
    with GitLabServer(Checkout(repository), tmp_path / "hosted", TOKEN) as server:
        address = server.url.replace("://", f"://oauth2:{TOKEN}@") + "/group/name.git"
        git(repository, "config", f"url.{address}.pushInsteadOf", "https://gitlab.example.org/group/name.git")
        git(repository, "branch", "-q", "--set-upstream-to=origin/main")
        me = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        assert len(commands()) <= MOST
        for command in commands():
            typed(command, repository, PATH=f"{programs}:{path()}", **me)
        head = git(repository, "rev-parse", "HEAD").strip()
        assert server.hosted.git("rev-parse", "main") == head
        job = {
            **server.variables,
            "CI_PIPELINE_SOURCE": "push",
            "CI_COMMIT_BRANCH": "main",
            "CI_DEFAULT_BRANCH": "main",
        }
        job |= {"CI_COMMIT_REF_NAME": "main", "CI_COMMIT_SHA": head, "AGENT_CI_FORGE_TOKEN": TOKEN}
        given = [word for name, value in job.items() for word in ("--variable", f"{name}={value}")]
        around = {"PATH": path(), "HOME": str(tmp_path), "PIP_FIND_LINKS": str(wheels), "PIP_NO_COMPILE": "1"}
        around["PIP_CACHE_DIR"] = str(Path.home() / ".cache/pip")
        around |= {name: os.environ[name] for name in ("PIP_INDEX_URL",) if name in os.environ}
        options = ("--force-shell-executor", *given)
        said = run(runner, *options, cwd=repository, seconds=400, **around)
        published = run(runner, *options, "agent-ci:publish", cwd=repository, seconds=200, **around)
        assert published.returncode == 0, said.stdout + published.stdout + published.stderr
        [request] = server.requested.values()
        assert (request["target_branch"], request["author"]["username"]) == ("main", "project_5_bot_ab12")
        assert "+    return a + b" in server.hosted.git("show", str(request["source_branch"]))
