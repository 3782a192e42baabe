"""What a CI's scheduler is handed holds the plan, and nothing that a test, a path or a name could add to it."""

from __future__ import annotations

import json
from dataclasses import replace

import yaml

from agent_ci.core.matrix import github_matrix, gitlab_pipeline
from agent_ci.core.plan import Plan
from tests.core.test_plan import PLAN


def test_the_matrix_for_github_is_one_line_of_json_with_a_row_per_cell() -> None:
    line = github_matrix(PLAN)
    rows = json.loads(line)["include"]
    assert "\n" not in line
    assert [row["cell"] for row in rows] == ["1", "2"]
    assert rows[0]["groups"].split() == list(PLAN.cells[0].fingerprints)
    assert rows[0] | {"groups": ""} == {
        "cell": "1", "groups": "", "attempts": 3, "cost": 0.5, "tokens": 100_000, "seconds": 400.0,
    }  # fmt: skip


def test_what_a_test_says_is_not_in_the_matrix() -> None:
    [first, *others] = PLAN.cells
    causes = tuple(replace(cause, title="${{ secrets.X }}", cases=("]}\n::error::",)) for cause in first.causes)
    hostile = replace(PLAN, cells=(replace(first, causes=causes), *others))
    assert github_matrix(hostile) == github_matrix(PLAN)
    assert gitlab_pipeline(hostile, job="plan", variables={}) == gitlab_pipeline(PLAN, job="plan", variables={})


def test_the_pipeline_for_gitlab_has_a_job_per_cell_and_one_that_merges_them() -> None:
    pipeline = yaml.safe_load(gitlab_pipeline(PLAN, job="plan", variables={}))
    repair, merge = pipeline["agent-ci-fix"], pipeline["agent-ci-merge"]
    rows = repair["parallel"]["matrix"]
    assert [row["AGENT_CI_GROUP"].split() for row in rows] == [list(cell.fingerprints) for cell in PLAN.cells]
    assert {row["AGENT_CI_TIME_LIMIT"] for row in rows} == {"400.0"}
    folders = [row["AGENT_CI_OUT"] for row in rows]
    assert merge["script"] == [f"agent-ci merge --plan .agent-ci/plan.json {' '.join(folders)}"]
    parent = {"pipeline": "$PARENT_PIPELINE_ID", "job": "plan"}
    assert (repair["needs"], merge["needs"]) == ([parent], [parent, "agent-ci-fix"])
    assert merge["when"] == "always"


def test_names_and_paths_stay_what_they_are_in_the_pipeline() -> None:
    job, told = 'plan "x": [y]\n- z', "a b.xml\n$HOME/${X}.xml"
    pipeline = yaml.safe_load(gitlab_pipeline(PLAN, job=job, variables={"AGENT_CI_REPORT": told}))
    assert pipeline["agent-ci-fix"]["needs"][0]["job"] == job
    assert pipeline["variables"] == {"AGENT_CI_REPORT": "a b.xml\n$$HOME/$${X}.xml"}
    assert set(pipeline) == {"stages", "variables", "agent-ci-fix", "agent-ci-merge"}


def test_a_plan_without_cells_is_a_pipeline_that_does_nothing() -> None:
    pipeline = yaml.safe_load(gitlab_pipeline(Plan("", "", PLAN.total), job="plan", variables={}))
    assert list(pipeline) == ["agent-ci-nothing"]
    assert json.loads(github_matrix(Plan("", "", PLAN.total))) == {"include": []}
