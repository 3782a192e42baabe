"""The jobs that a tag starts, as text: they draft the notes of a release, may write, and run nothing of it."""

from __future__ import annotations

GITHUB = """\
# Written by `agent-ci init`; docs/how-to/changelog.md of agent-ci explains it.
name: agent-ci changelog

on:
  push:
    tags: ["v[0-9]*", "[0-9]*"]

permissions: {}

concurrency:
  group: agent-ci-changelog-${{ github.ref }}
  cancel-in-progress: false

jobs:
  # Has the right to write, no key of a model, and runs nothing of the repository.
  changelog:
    name: draft the notes of the release
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write # to draft the release, and to push a branch with the changelog
      pull-requests: write # to read what was merged, and to open a pull request with the changelog
    steps:
      - uses: @CHECKOUT@
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: @ACTION@
        with:
          command: changelog
          release: ${{ github.ref_name }}
          release-page: draft
          deliver: pull-request
        env:
          AGENT_CI_FORGE_TOKEN: ${{ github.token }}
      - if: always()
        uses: @UPLOAD@
        with:
          name: agent-ci-changelog
          path: .agent-ci/
          include-hidden-files: true
          if-no-files-found: ignore
"""

GITLAB = """\
# Written by `agent-ci init`; docs/how-to/changelog.md of agent-ci explains it. Both jobs have the token of
# agent-ci/publish, no key of a model, and run nothing of the repository. The component changelog.yml does the same.
.agent-ci-changelog:
  stage: .post
  image: python:3.12
  timeout: 10 minutes
  environment:
    name: agent-ci/publish
    action: access
  variables:
    GIT_DEPTH: "0"
  before_script:
    - python -m venv ~/agent-ci
    - ~/agent-ci/bin/python -m pip install --quiet "@PACKAGE@"
  artifacts:
    when: always
    expire_in: 1 week
    paths: [.agent-ci/]

agent-ci:changelog:
  extends: .agent-ci-changelog
  rules:
    - if: $CI_COMMIT_TAG
  script:
    - ~/agent-ci/bin/agent-ci changelog "--release=$CI_COMMIT_TAG" --deliver pull-request

# A person starts it, after a look at the notes.
agent-ci:release:
  extends: .agent-ci-changelog
  needs: ["agent-ci:changelog"]
  rules:
    - if: $CI_COMMIT_TAG
      when: manual
  script:
    - ~/agent-ci/bin/agent-ci changelog "--release=$CI_COMMIT_TAG" --deliver none --publish
"""
