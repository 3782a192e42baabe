"""The workflow that a comment starts, as text: one job hears, one proposes, one delivers, one undoes; none does two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LINES: Mapping[str, str] = MappingProxyType(
    {
        "WHO": ". The change of a fork never gets here.",
        "WHEN": "    needs: chat\n"
        "    if: needs.chat.outputs.command == 'fix' || needs.chat.outputs.command == 'explain'",
        "RIGHT": "",
        "QUEUE": "    concurrency:\n"
        "      group: agent-ci-propose-${{ github.event.issue.number }}\n"
        "      cancel-in-progress: false",
        "OUTCOME": "",
        "HEAD": "needs.chat.outputs.head",
        "FETCH": "",
        "COMMAND": "${{ needs.chat.outputs.command }}",
        "CHANGE": "          AGENT_CI_CHANGE: ${{ needs.chat.outputs.change }}",
        "NEEDS": "[chat, propose]",
    }
)
"""How the jobs that propose and deliver differ from those that no comment starts."""

GITHUB = """\
# Written by `agent-ci init --chat`; docs/how-to/chat.md of agent-ci explains it.
name: agent-ci chat

on:
  # It runs on the default branch for every comment, whoever wrote it. The job `chat` looks up who may ask. What it
  # tells the other jobs are words of agent-ci, ids of commits, and a change in letters that mean nothing to a shell.
  issue_comment: # zizmor: ignore[dangerous-triggers]
    types: [created]

permissions: {}

concurrency:
  group: agent-ci-chat-${{ github.event.comment.id }}
  cancel-in-progress: false

jobs:
  # Has the right to comment, no key, no checkout, and runs nothing of the change.
  chat:
    name: hear the comment
    if: github.event.issue.pull_request && contains(github.event.comment.body, '/agent-ci')
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      issues: write # to answer, to react, and to make the label that stops repairs
      pull-requests: write # to read the pull request, and to label it
    outputs:
      command: ${{ steps.chat.outputs.command }}
      head: ${{ steps.chat.outputs.head }}
      change: ${{ steps.chat.outputs.change }}
    steps:
      - id: chat
        uses: @ACTION@
        with:
          command: chat
        env:
          AGENT_CI_FORGE_TOKEN: ${{ github.token }}

@JOBS@

  # Has the right to write, no key, no checkout, and runs nothing of the change.
  undo:
    name: take back the last repair
    needs: chat
    if: needs.chat.outputs.command == 'undo'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write # to make the commit that takes it back
      pull-requests: write # to open a pull request where the branch is protected, and to comment
      issues: write # to comment
    steps:
      - uses: @ACTION@
        with:
          command: undo
        env:
          AGENT_CI_CHANGE: ${{ needs.chat.outputs.change }}
          AGENT_CI_FORGE_TOKEN: ${{ github.token }}
"""

GITLAB = """\
# Written by `agent-ci init --chat`. A webhook for comments triggers it on the default branch, with the event in the
# variable TRIGGER_PAYLOAD; docs/how-to/chat.md of agent-ci explains it. For `fix` it starts the pipeline of the merge
# request, where no code of a change is near the protected variables that this one has.
.agent-ci-chat:
  image: python:3.12
  timeout: 30 minutes
  rules:
    - if: $CI_PIPELINE_SOURCE == "trigger" && $TRIGGER_PAYLOAD
  before_script:
    - python -m venv ~/agent-ci
    - ~/agent-ci/bin/python -m pip install --quiet "@PACKAGE@"

# Has the token, no key, no checkout, and runs nothing of the change.
agent-ci:chat:
  extends: .agent-ci-chat
  stage: .pre
  environment:
    name: agent-ci/publish
    action: access
  variables:
    GIT_STRATEGY: none
  script:
    - ~/agent-ci/bin/agent-ci chat > chat.env
  artifacts:
    expire_in: 1 day
    reports:
      dotenv: chat.env

# Has the token, no key, no checkout, and runs nothing of the change.
agent-ci:undo:
  extends: .agent-ci-chat
  stage: .post
  needs: ["agent-ci:chat"]
  environment:
    name: agent-ci/publish
    action: access
  variables:
    GIT_STRATEGY: none
  script:
    - if [ "$AGENT_CI_COMMAND" = undo ]; then ~/agent-ci/bin/agent-ci undo; fi
"""
