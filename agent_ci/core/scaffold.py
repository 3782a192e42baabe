"""The files that a repository needs to have agent-ci in its CI, as text: two jobs, of which one may write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent_ci.core import scaffold_changelog, scaffold_chat
from agent_ci.core.pins import UNKNOWN, pinned

WORKFLOW, GITLAB_FILE, GITLAB_MAIN = ".github/workflows/agent-ci.yml", ".gitlab/agent-ci.yml", ".gitlab-ci.yml"
CHAT_WORKFLOW, GITLAB_CHAT = ".github/workflows/agent-ci-chat.yml", ".gitlab/agent-ci-chat.yml"
CHANGELOG_WORKFLOW, GITLAB_CHANGELOG = ".github/workflows/agent-ci-changelog.yml", ".gitlab/agent-ci-changelog.yml"

_NO_LINES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a repository: its forge, its default branch, and how its tests are installed.

    ``workflows`` are the names of the workflows that run tests, ``action`` is where this action lives
    (``OWNER/NAME@COMMIT``), and ``package`` what pip installs agent-ci from. ``has_chat`` asks for the jobs that a
    comment starts, ``has_changelog`` for those of a tag.
    """

    forge: str
    default_branch: str
    package: str
    workflows: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    action: str = UNKNOWN
    has_chat: bool = False
    has_changelog: bool = False


def files(layout: Layout, settings: str) -> Mapping[str, str]:
    """Each file by its path; *settings* is the text of the settings file."""
    is_gitlab = layout.forge == "gitlab"
    found = {GITLAB_FILE: _filled(_GITLAB, layout)} if is_gitlab else {WORKFLOW: _filled(_GITHUB, layout)}
    if layout.has_chat:
        path, template = (GITLAB_CHAT, scaffold_chat.GITLAB) if is_gitlab else (CHAT_WORKFLOW, scaffold_chat.GITHUB)
        found[path] = _filled(template, layout, scaffold_chat.LINES)
    if layout.has_changelog and is_gitlab:
        found[GITLAB_CHANGELOG] = _filled(scaffold_changelog.GITLAB, layout)
    elif layout.has_changelog:
        found[CHANGELOG_WORKFLOW] = _filled(scaffold_changelog.GITHUB, layout)
    if is_gitlab:
        found[GITLAB_MAIN] = "include:\n" + "".join(f"  - local: {path}\n" for path in found)
    return {**found, ".agent-ci.yml": settings}


def settings_text(rows: Iterable[tuple[str, str, str]]) -> str:
    """A settings file in which every option stands as a comment: *rows* of name, default in YAML, and meaning."""
    lines = [
        "# Settings of agent-ci. Each line shows a default; take the mark away to change it.",
        "# In CI they are read from the base's commit, so that no change can set its own rules.",
    ]
    for name, default, meaning in rows:
        lines += ["", f"# {meaning}", f"# {name}: {default}"]
    return "\n".join(lines) + "\n"


def _filled(template: str, layout: Layout, lines: Mapping[str, str] = _NO_LINES) -> str:
    """*template* for *layout*; *lines* stand in it instead of ours."""
    follows = bool(layout.workflows)
    names = "[" + ", ".join(json.dumps(name) for name in layout.workflows) + "]"
    install = "\n".join(f"      - run: {command}" for command in layout.install) if layout.install else ""
    values = {
        "JOBS": _JOBS,
        "WHO": ".",
        "WHEN": "    if: >-\n@CONDITION@",
        "QUEUE": "",
        "OUTCOME": "      outcome: ${{ steps.fix.outputs.outcome }}",
        "COMMAND": "fix",
        "CHANGE": "",
        "NEEDS": "propose",
        "TRIGGER": (_AFTER if follows else _BESIDE)
        .replace("@NAMES@", names)
        .replace("@BRANCH@", json.dumps(layout.default_branch)),
        "CONDITION": _AFTER_IF if follows else _BESIDE_IF,
        "HEAD": "github.event.workflow_run.head_sha" if follows else "github.event.pull_request.head.sha || github.sha",
        "GROUP": "github.event.workflow_run.head_branch" if follows else "github.head_ref || github.ref_name",
        "INSTALL": install,
        "RIGHT": "      actions: read # to fetch what the red run left" if follows else "",
        "FETCH": _FETCH if follows else "",
        "PREPARE": "\n".join(f"    - {command}" for command in layout.install),
        "ACTION": layout.action,
        "PACKAGE": layout.package,
        "CHECKOUT": pinned("actions/checkout"),
        "PYTHON": pinned("actions/setup-python"),
        "UPLOAD": pinned("actions/upload-artifact"),
        "DOWNLOAD": pinned("actions/download-artifact"),
    }
    for name, value in {**values, **lines}.items():
        template = template.replace(f"@{name}@", value) if value else template.replace(f"@{name}@\n", "")
    return "\n".join(line for line in template.split("\n") if line.strip() != "@")


_AFTER = """\
on:
  # It follows the runs of these workflows. What it runs of a change gets no token that may write, and the change of a
  # fork is not run at all.
  workflow_run: # zizmor: ignore[dangerous-triggers]
    workflows: @NAMES@
    types: [completed]"""
_BESIDE = """\
on:
  push:
    branches: [@BRANCH@]
  pull_request:"""
_AFTER_IF = """\
      (github.event.workflow_run.conclusion == 'failure' ||
      contains(github.event.workflow_run.head_commit.message, 'Agent-CI-Run:')) &&
      github.event.workflow_run.head_repository.full_name == github.repository"""
_FETCH = """\
      # The reports and logs of the red run, as far as they can be had; what follows has no token.
      - uses: @ACTION@
        continue-on-error: true
        with:
          command: fetch
        env:
          AGENT_CI_FORGE_TOKEN: ${{ github.token }}"""
_BESIDE_IF = """\
      github.event_name == 'push' ||
      github.event.pull_request.head.repo.full_name == github.repository"""
_GITHUB = """\
# Written by `agent-ci init`. `agent-ci doctor` checks it, and docs/how-to/use-in-ci.md of agent-ci explains it.
name: agent-ci

@TRIGGER@

permissions: {}

concurrency:
  group: agent-ci-${{ @GROUP@ }}
  cancel-in-progress: false

jobs:
@JOBS@
"""
_JOBS = """\
  # Has the key of the model, and nothing to write with@WHO@
  propose:
    name: propose a proven fix
@WHEN@
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read # to check out the judged commit
@RIGHT@
@QUEUE@
    outputs:
@OUTCOME@
      evidence-sha256: ${{ steps.fix.outputs.evidence-sha256 }}
    steps:
      - uses: @CHECKOUT@
        with:
          ref: ${{ @HEAD@ }}
          fetch-depth: 0
          persist-credentials: false
      - uses: @PYTHON@
        with:
          python-version: "3.12"
@INSTALL@
@FETCH@
      - id: fix
        uses: @ACTION@
        with:
          command: @COMMAND@
          deliver: patch
        env:
@CHANGE@
          # Without a key only the proposers that need none are asked.
          AGENT_CI_API_KEY: ${{ secrets.AGENT_CI_API_KEY }} # zizmor: ignore[secrets-outside-env]
      - if: always()
        uses: @UPLOAD@
        with:
          name: agent-ci
          path: .agent-ci/
          include-hidden-files: true
          if-no-files-found: ignore

  # Has the right to write, no key, no checkout, and runs nothing of the change.
  publish:
    name: deliver the fix, or say what was found
    needs: @NEEDS@
    if: ${{ !cancelled() && needs.propose.outputs.evidence-sha256 != '' }}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write # to push a branch or a commit
      pull-requests: write # to open a pull request and to comment
      issues: write # to ask a person where repairs did not hold
      checks: write # to show the result beside the commit
    steps:
      - uses: @DOWNLOAD@
        with:
          name: agent-ci
          path: .agent-ci
      - uses: @ACTION@
        with:
          command: publish
          evidence: .agent-ci/evidence.json
          evidence-sha256: ${{ needs.propose.outputs.evidence-sha256 }}
          deliver: pull-request
        env:
@CHANGE@
          # A commit by this token starts no workflow; the token of a GitHub App does.
          AGENT_CI_FORGE_TOKEN: ${{ github.token }}"""
_GITLAB = """\
# Written by `agent-ci init`. `agent-ci doctor` checks it. Give the variable AGENT_CI_API_KEY the environment scope
# agent-ci/propose, and AGENT_CI_FORGE_TOKEN the scope agent-ci/publish, so that no job has both.
.agent-ci:
  stage: .post
  image: python:3.12
  timeout: 30 minutes
  rules:
    # What agent-ci committed does not start it again.
    - if: $CI_COMMIT_MESSAGE =~ /^Agent-CI-Run:/m
      when: never
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_PROJECT_ID
      when: never
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      when: on_failure
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: on_failure
  before_script:
    - python -m venv ~/agent-ci
    - ~/agent-ci/bin/python -m pip install --quiet "@PACKAGE@"
  artifacts:
    when: always
    expire_in: 1 week
    paths: [.agent-ci/]

# Has the key of the model, and nothing to write with.
agent-ci:propose:
  extends: .agent-ci
  environment:
    name: agent-ci/propose
    action: access
  variables:
    GIT_DEPTH: "0"
  script:
@PREPARE@
    - ~/agent-ci/bin/agent-ci fix --deliver patch
    - echo "EVIDENCE_SHA256=$(sha256sum .agent-ci/evidence.json | cut -d ' ' -f 1)" > .agent-ci/outputs.env
  artifacts:
    when: always
    expire_in: 1 week
    paths: [.agent-ci/]
    reports:
      dotenv: .agent-ci/outputs.env

# Has the right to write, no key, no checkout, and runs nothing of the change.
agent-ci:publish:
  extends: .agent-ci
  needs: ["agent-ci:propose"]
  rules:
    - if: $CI_COMMIT_MESSAGE =~ /^Agent-CI-Run:/m
      when: never
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_PROJECT_ID
      when: never
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  environment:
    name: agent-ci/publish
    action: access
  variables:
    GIT_STRATEGY: none
  script:
    - ~/agent-ci/bin/agent-ci publish --evidence-sha256 "$EVIDENCE_SHA256" --deliver pull-request
"""
