"""A large red build is spread over the matrix of a real runner of workflows, and put together again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.repositories import git
from tests.fan_out import plan
from tests.pipelines.tools import ROOT, run, tool
from tests.red import RedRepository
from tests.test_large_build import CASES, CAUSES, CELLS, files, repaired

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
