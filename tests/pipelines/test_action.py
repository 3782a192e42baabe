"""A workflow that uses the action turns red into a proven fix, under a real runner of workflows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from bench.repositories import git
from tests.pipelines.image import engine_environment, image
from tests.pipelines.tools import ROOT, put_action, red_repository, run, tool
from tests.servers.github import TOKEN, ForgeServer

NOTHING: Mapping[str, str] = MappingProxyType({})
CANARY = "canary-77d1f0a9c2"
HIDDEN = ".agent-ci-action"  # a hidden folder, so that no test runner looks for tests in there
WORKFLOW = """\
on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - run: python3 -m pytest -p no:cacheprovider --junitxml=junit.xml
      - if: failure()
        id: agent-ci
        uses: ./.agent-ci-action
        with:
          report: junit.xml
          repeat: "2"
          {inputs}
        env:
          AGENT_CI_API_KEY: {canary}
          AGENT_CI_FORGE_TOKEN: ${{{{ env.FORGE_TOKEN }}}}
      - if: always()
        run: |
          printf '%s\\n' "$OUTPUTS" >"$SEEN/outputs.json"
          cp -r .agent-ci "$SEEN/files"
        env:
          OUTPUTS: ${{{{ toJSON(steps.agent-ci.outputs) }}}}
"""


def prepared(tmp_path: Path, inputs: str) -> Path:
    """A red repository with the workflow, and the action in it."""
    workflow = WORKFLOW.format(inputs=inputs, canary=CANARY)
    files = {".github/workflows/test.yml": workflow}
    repository = red_repository(tmp_path / "repository", files, origin="https://github.com/owner/name.git")
    put_action(repository / HIDDEN)
    return repository


def act(repository: Path, job: Mapping[str, str] = NOTHING, **variables: str) -> tuple[str, dict[str, str], Path]:
    """What the runner printed, the outputs that a later step saw, and the files of the run.

    *job* are variables of the job, *variables* of the runner itself.
    """
    runner, seen, home = tool("act"), repository.parent / "seen", repository.parent / "home"
    seen.mkdir()
    home.mkdir()
    given = [word for name, value in {**job, "SEEN": str(seen)}.items() for word in ("--env", f"{name}={value}")]
    options = ("-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--pull=false", *given)
    done = run(runner, "push", *options, cwd=repository, seconds=400, **{"HOME": str(home), **variables})
    said = done.stdout + done.stderr
    assert (seen / "outputs.json").exists(), said
    return said, json.loads((seen / "outputs.json").read_text(encoding="utf-8")), seen / "files"


def is_proven(said: str, told: Mapping[str, str], files: Path) -> None:
    assert told.get("outcome") == "fixed", said
    evidence = (files / "evidence.json").read_bytes()
    assert told["patch"] == ".agent-ci/fix.patch"
    assert told["evidence-sha256"] == hashlib.sha256(evidence).hexdigest()
    assert told["pull-request"] == ""
    assert "+    return a + b" in (files / "fix.patch").read_text(encoding="utf-8")
    assert json.loads(evidence)["context"]["forge"] == "github"
    assert CANARY not in said


def test_a_step_after_the_red_one_proves_a_fix_beside_the_tools_of_the_job(tmp_path: Path) -> None:
    said, told, files = act(prepared(tmp_path, "proposer: known search"))
    is_proven(said, told, files)
    assert "kept in a process of their own" in (files / "evidence.json").read_text(encoding="utf-8")


def test_a_job_that_may_write_as_well_delivers_to_the_forge_in_a_process_of_its_own(tmp_path: Path) -> None:
    repository = prepared(tmp_path, "proposer: known search\n          deliver: commit")
    origin = tmp_path / "origin.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(origin))
    before = git(origin, "rev-parse", "main")
    with ForgeServer(origin, name="owner/name") as server:
        said, told, files = act(repository, {**server.variables, "FORGE_TOKEN": TOKEN})
    assert told["outcome"] == "delivered", said
    assert git(origin, "rev-parse", "main^") == before
    assert "+    return a + b" in git(origin, "show", "main")
    assert json.loads((files / "evidence.json").read_text(encoding="utf-8"))["delivery"]["rung"] == "commit"
    assert (CANARY in said, TOKEN in said) == (False, False)


def test_with_a_container_the_same_runs_in_the_image(tmp_path: Path) -> None:
    tool("act")
    around = engine_environment(tmp_path)
    repository = prepared(tmp_path, f"container: true\n          image: {image(around)}")
    said, told, files = act(repository, NOTHING, **around)
    is_proven(said, told, files)
    document = json.loads((files / "evidence.json").read_text(encoding="utf-8"))
    assert document["toolchain"]["python"].startswith("/opt/python/bin/")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"ACTION_COMMAND": "fix --out /etc"}, "the input 'command' must be the name of a command"),
        ({"ACTION_COMMAND": "$(id)"}, "the input 'command' must be the name of a command"),
        ({"ACTION_CONTAINER": "yes"}, "the input 'container' must be true or false"),
        (
            {"ACTION_COMMAND": "changelog", "ACTION_RELEASE_PAGE": "--out"},
            "the input 'release-page' must be none, draft or publish",
        ),
        (
            {"ACTION_CONTAINER": "true", "PATH": "/usr/bin/nowhere"},
            "'container: true' needs a working docker or podman",
        ),
    ],
    ids=["words", "substitution", "container", "page of a release", "no engine"],
)
def test_an_input_that_does_not_fit_is_one_sentence(
    variables: Mapping[str, str], sentence: str, tmp_path: Path
) -> None:
    around = {**variables}
    programs = tmp_path / "bin"
    if around.get("PATH"):
        programs.mkdir()
        for name in ("sh", "env", "sed", "dirname", "cksum", "cat", "cut"):
            (programs / name).symlink_to(tool(name))
        around["PATH"] = str(programs)
    done = run("/bin/sh", str(ROOT / "scripts/action"), cwd=tmp_path, seconds=60, **around)
    assert done.returncode == 2
    assert f"::error title=agent-ci::{sentence}" in done.stderr


def test_the_inputs_of_a_changelog_are_its_options_and_nobody_elses(tmp_path: Path) -> None:
    action = tmp_path / "action"
    put_action(action)
    python = tmp_path / "agent-ci/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (action / "scripts/setup").write_text("#!/bin/sh\n", encoding="utf-8")
    inputs = {"RELEASE": "v1.2.0 --out=/etc", "SINCE": "v1.1.0", "CHANGELOG_FILE": "NEWS.md", "RELEASE_PAGE": "draft"}
    around = {"RUNNER_TEMP": str(tmp_path), **{f"ACTION_{name}": value for name, value in inputs.items()}}
    script = str(action / "scripts/action")
    done = run(script, cwd=tmp_path, seconds=60, ACTION_COMMAND="changelog", **around)
    assert done.stdout.splitlines()[3:] == [
        "changelog",
        "--release=v1.2.0 --out=/etc",
        "--since=v1.1.0",
        "--changelog-file=NEWS.md",
        "--draft-release",
    ]
    done = run(script, cwd=tmp_path, seconds=60, ACTION_COMMAND="fix", **around)
    assert done.stdout.splitlines()[3:] == ["fix"]


def test_what_is_installed_sees_no_secret(tmp_path: Path) -> None:
    action = tmp_path / "action"
    put_action(action)
    (action / "scripts/setup").write_text('#!/bin/sh\nenv >"$RUNNER_TEMP/seen"\nexit 1\n', encoding="utf-8")
    secrets = {"AGENT_CI_API_KEY": CANARY, "GITHUB_TOKEN": CANARY, "NPM_PASSWORD": CANARY}
    done = run(str(action / "scripts/action"), cwd=tmp_path, seconds=60, RUNNER_TEMP=str(tmp_path), **secrets)
    assert done.returncode == 2
    assert "agent-ci could not be installed" in done.stderr
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert f"VENV={tmp_path}/agent-ci" in seen
    assert CANARY not in seen
