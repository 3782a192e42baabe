"""A large red build is spread over the matrix of a real runner of workflows or pipelines, and put together again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.repositories import git
from tests.fan_out import CASES, CAUSES, CELLS, files, plan, repaired, whole_suites
from tests.pipelines.tools import ROOT, path, run, tool
from tests.red import RedRepository

WORKFLOW = """\
on: push
permissions:
  contents: read
env:
  PYTHONPATH: {root}
  AGENT_CI_RUN: {python} -m pytest
  AGENT_CI_SANDBOX: none
  AGENT_CI_REPEAT: "2"
  AGENT_CI_PROPOSER: replay
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs:
      matrix: ${{{{ steps.plan.outputs.matrix }}}}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - id: plan
        run: {python} -P -m agent_ci plan --cells {cells} --out "$SHARED/plan"
  cell:
    needs: plan
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix: ${{{{ fromJSON(needs.plan.outputs.matrix) }}}}
    env:
      AGENT_CI_GROUP: ${{{{ matrix.groups }}}}
      AGENT_CI_MAX_ATTEMPTS: ${{{{ matrix.attempts }}}}
      AGENT_CI_TIME_LIMIT: ${{{{ matrix.seconds }}}}
      CELL: ${{{{ matrix.cell }}}}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - if: matrix.cell != '{lost}'
        run: {python} -P -m agent_ci fix --cassette "$SHARED/replies-$CELL" --out "$SHARED/cells/$CELL"
  merge:
    needs: [plan, cell]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - run: {python} -P -m agent_ci merge "$SHARED"/cells/* --plan "$SHARED/plan/plan.json" --out "$SHARED/merged"
"""

PIPELINE = """\
include:
  - local: .gitlab/agent-ci.yml

plan:
  extends: .agent-ci
  script:
    - agent-ci plan --format gitlab --cells {cells} > agent-ci-child.yml
  artifacts:
    paths: [agent-ci-child.yml, .agent-ci/plan.json]

repair:
  needs: [plan]
  trigger:
    include:
      - artifact: agent-ci-child.yml
        job: plan
      - local: .gitlab/agent-ci.yml
    strategy: depend
  variables:
    PARENT_PIPELINE_ID: $CI_PIPELINE_ID
"""
TEMPLATE = """\
.agent-ci:
  variables:
    AGENT_CI_SANDBOX: none
    AGENT_CI_REPEAT: "2"
    AGENT_CI_PROPOSER: replay
    AGENT_CI_RUN: {command}
    AGENT_CI_REPORT: report.xml
    AGENT_CI_CASSETTE: {cassette}
"""
CHECK = """\
import importlib
print("<testsuite>")
for number in range(1, {causes} + 1):
    value = importlib.import_module(f"shop.m{{number}}").value
    for a in range({cases}):
        failure = "" if value(a) == a + number else f'<failure message="not the sum"/>'
        print(f'<testcase classname="tests.test_m{{number}}" name="test_value[{{a}}]">{{failure}}</testcase>')
print("</testsuite>")
"""


def test_the_same_in_the_child_pipeline_that_is_planned_for_gitlab(tmp_path: Path) -> None:
    runner = tool("gitlab-ci-local")
    tool("rsync")
    cassette = tmp_path / "replies"
    reply = json.dumps({"text": "".join(repaired(str(number)) for number in range(1, CAUSES + 1))})
    cassette.write_text(f"{reply}\n", encoding="utf-8")
    pipeline = {
        ".gitlab-ci.yml": PIPELINE.format(cells=CELLS),
        ".gitlab/agent-ci.yml": TEMPLATE.format(
            cassette=cassette, command=f"sh -c '{sys.executable} -SB check.py > report.xml'"
        ),
        "check.py": CHECK.format(causes=CAUSES, cases=CASES),
        ".gitignore": ".gitlab-ci-local\n",
    }
    red = RedRepository.make(tmp_path, {**dict(files()), **pipeline})
    git(red.path, "remote", "add", "origin", "https://gitlab.example.org/group/name.git")
    git(red.path, "update-ref", "refs/remotes/origin/main", "HEAD")
    program = tmp_path / "bin" / "agent-ci"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m agent_ci "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    around = {"PATH": f"{program.parent}:{path()}", "PYTHONPATH": str(ROOT)}
    options = ("--force-shell-executor", "--variable", "GITLAB_CI=true")
    done = run(runner, *options, cwd=red.path, seconds=500, **around)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((red.path / ".agent-ci" / "evidence.json").read_text(encoding="utf-8"))
    ended = [outcome for row in document["merged"] for outcome in row["groups"].values()]
    assert (document["outcome"], ended) == ("fixed", ["fixed"] * CAUSES)


def test_three_hundred_failures_over_a_matrix_of_four_cells_one_of_which_is_lost(tmp_path: Path) -> None:
    runner, shared = tool("act"), tmp_path / "shared"
    red = RedRepository.make(tmp_path, dict(files()))
    _, _, written = plan(red, cells=CELLS)
    shared.mkdir()
    groups = {}
    for cell in written["cells"]:
        modules = [cause["cases"][0].removeprefix("tests/test_m").partition(".")[0] for cause in cell["groups"]]
        reply = json.dumps({"text": "".join(map(repaired, modules))})
        (shared / f"replies-{cell['id']}").write_text(f"{reply}\n", encoding="utf-8")
        groups[str(cell["id"])] = [cause["fingerprint"] for cause in cell["groups"]]
    lost, *kept = groups
    red.commit(
        {".github/workflows/large.yml": WORKFLOW.format(root=ROOT, python=sys.executable, cells=CELLS, lost=lost)}
    )
    git(red.path, "remote", "add", "origin", "https://github.com/owner/name.git")
    git(red.path, "update-ref", "refs/remotes/origin/main", "HEAD")
    options = ("-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--pull=false", "--env", f"SHARED={shared}")
    done = run(runner, "push", *options, cwd=red.path, seconds=500, HOME=str(tmp_path))
    said = done.stdout + done.stderr
    assert (shared / "merged" / "evidence.json").exists(), said
    document = json.loads((shared / "merged" / "evidence.json").read_text(encoding="utf-8"))
    ended = {name: outcome for row in document["merged"] for name, outcome in row["groups"].items()}
    assert ended == {
        name: "infrastructure" if cell == lost else "fixed" for cell, names in groups.items() for name in names
    }
    assert document["outcome"] == "no_fix"
    assert len(document["before"]["failed"]) == CAUSES * CASES
    patch = (shared / "merged" / "partial.patch").read_text(encoding="utf-8")
    assert patch.count("diff --git ") == sum(len(groups[cell]) for cell in kept)
    assert whole_suites(shared / "merged") == 2  # as it is, and with all patches
