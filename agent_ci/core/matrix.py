"""How a plan is handed to a CI's own scheduler: GitHub's matrix, and a child pipeline of GitLab."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agent_ci.core.plan import Plan, PlannedCell

FOLDER = "agent-ci-cells"
"""The folder of the checkout in which each cell of a child pipeline leaves its files, by its id."""


def github_matrix(plan: Plan) -> str:
    """One line of JSON for ``strategy.matrix``: numbers and hexadecimal digits, nothing that a test wrote."""
    return json.dumps({"include": [_row(cell) for cell in plan.cells]}, separators=(",", ":"))


def _row(cell: PlannedCell) -> dict[str, object]:
    budget = cell.budget
    return {
        "cell": cell.id,
        "groups": " ".join(cell.fingerprints),
        "attempts": budget.attempts,
        "cost": budget.cost,
        "tokens": budget.tokens,
        "seconds": budget.seconds,
    }


def gitlab_pipeline(plan: Plan, *, job: str, variables: Mapping[str, str]) -> str:
    """A child pipeline as YAML: a job per cell, and one that merges.

    Each extends the hidden job ``.agent-ci``, which says how agent-ci and the tests' requirements get there and is
    included beside this file. *job* is the job of the parent pipeline whose artifacts they take, empty for none;
    *variables* are set for all of them. Without cells there is one job that does nothing, as GitLab wants one.
    """
    if not plan.cells:
        return "agent-ci-nothing:\n  script:\n    - echo 'nothing fails, so there is nothing to repair'\n"
    parent = f"{{pipeline: $PARENT_PIPELINE_ID, job: {json.dumps(job)}}}" if job else ""
    merge_time = json.dumps(str(plan.merge_seconds))
    lines = [
        "# One job per group of root causes, and one that puts their patches together. Written by agent-ci plan.",
        "stages: [repair, merge]",
        *_mapping("variables", variables),
        "",
        "agent-ci-fix:",
        "  extends: .agent-ci",
        "  stage: repair",
        f"  needs: [{parent}]",
        "  parallel:",
        "    matrix:",
        *(line for cell in plan.cells for line in _cell(cell)),
        "  script:",
        "    - agent-ci fix",
        "  allow_failure: true",
        "  artifacts:",
        "    when: always",
        f"    paths: [{FOLDER}/]",
        "",
        "agent-ci-merge:",
        "  extends: .agent-ci",
        "  stage: merge",
        f"  needs: [{', '.join(filter(None, (parent, 'agent-ci-fix')))}]",
        "  when: always",
        f"  variables: {{AGENT_CI_TIME_LIMIT: {merge_time}}}",
        "  script:",
        f"    - agent-ci merge --plan .agent-ci/plan.json {' '.join(f'{FOLDER}/{cell.id}' for cell in plan.cells)}",
        "  artifacts:",
        "    when: always",
        "    paths: [.agent-ci/]",
    ]
    return "\n".join(lines) + "\n"


def _cell(cell: PlannedCell) -> list[str]:
    budget = cell.budget
    first, *others = (
        f"AGENT_CI_OUT: {FOLDER}/{cell.id}",
        f'AGENT_CI_GROUP: "{" ".join(cell.fingerprints)}"',
        f'AGENT_CI_MAX_ATTEMPTS: "{budget.attempts}"',
        f'AGENT_CI_MAX_COST: "{budget.cost:f}"',
        f'AGENT_CI_MAX_TOKENS: "{budget.tokens}"',
        f'AGENT_CI_TIME_LIMIT: "{budget.seconds}"',
    )
    return [f"      - {first}", *(f"        {line}" for line in others)]


def _mapping(name: str, values: Mapping[str, str]) -> list[str]:
    """A mapping of texts in which GitLab expands nothing."""
    rows = [f"  {key}: {json.dumps(value.replace('$', '$$'))}" for key, value in values.items()]
    return [f"{name}:", *rows] if rows else []
