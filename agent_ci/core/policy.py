"""Which changes may be tried at all. Pure: a resulting change and a rule book in, objections out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.change import ABSENT, EXECUTABLE, REGULAR, ChangedFile, Patch
from agent_ci.core.paths import is_test_path, matches

PROTECTED = (
    # CI and what it calls
    ".github/", ".gitlab/", ".circleci/", ".buildkite/", ".azure-pipelines/", ".woodpecker/", ".ci/",
    ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", "Jenkinsfile",
    "action.yml", "action.yaml", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", "Makefile", "noxfile.py",
    "Dockerfile", "Containerfile", "docker-compose*.yml", "compose.yaml",
    # manifests, build hooks and lock files
    "pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "package.json", "go.mod", "go.sum",
    "Cargo.toml", "pom.xml", "build.gradle*", "Gemfile", "composer.json", "*.lock", "package-lock.json",
    "pnpm-lock.yaml", "npm-shrinkwrap.json", "*.csproj", "Pipfile", ".npmrc", "pip.conf",
    # how tests are run and judged
    "pytest.ini", ".pytest.ini", "tox.ini", "conftest.py", ".coveragerc", "jest.config.*", "vitest.config.*",
    "sitecustomize.py", "usercustomize.py", "*.pth",
    # agents' rules, ownership, licences, git's own files
    "AGENTS.md", "CLAUDE.md", "GEMINI.md", ".claude/", ".cursor/", ".gemini/", ".agent-ci.yml", "CODEOWNERS",
    "LICENSE*", "COPYING*", ".gitattributes", ".gitmodules", ".gitignore", ".git/", ".mailmap", ".husky/",
    ".vscode/", ".idea/", ".devcontainer/",
)  # fmt: skip
"""Paths that no job touches unless the base branch's settings allow it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which paths may change, how, and how much; judged on git's view of the resulting tree.

    ``allow`` lifts ``deny`` for the paths it matches; with ``only`` nothing else may change at all.
    """

    only: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = PROTECTED
    allow_test_changes: bool = False
    max_files: int = 10
    max_lines: int = 400

    def objections(self, patch: Patch) -> tuple[str, ...]:
        """One sentence per broken rule; empty means that the change may be tried."""
        return (
            *(sentence for file in patch.files for sentence in self._about(file)),
            *self._about_size(patch),
        )

    def _about(self, file: ChangedFile) -> Iterator[str]:
        if self.only and not matches(file.path, self.only):
            yield f"{file.path} is outside the paths this job may change ({', '.join(self.only)})"
        elif not matches(file.path, self.allow):
            if matches(file.path, self.deny):
                yield f"{file.path} is protected (allow it in .agent-ci.yml on the base branch)"
            elif is_test_path(file.path) and not self.allow_test_changes:
                yield f"{file.path} is a test, and a fix must not change the tests"
        if file.new_mode not in (REGULAR, EXECUTABLE, ABSENT):
            yield f"{file.path} would become a link or a submodule (mode {file.new_mode})"
        elif ABSENT not in (file.old_mode, file.new_mode) and file.old_mode != file.new_mode:
            yield f"{file.path} would change its mode from {file.old_mode} to {file.new_mode}"
        if file.is_binary:
            yield f"{file.path} is binary"

    def _about_size(self, patch: Patch) -> Iterator[str]:
        if len(patch.files) > self.max_files:
            yield f"{len(patch.files)} files change, and the limit is {self.max_files}"
        if patch.size > self.max_lines:
            yield f"{patch.size} lines change, and the limit is {self.max_lines}"
