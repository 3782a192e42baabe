"""Which changes may be tried at all. Pure: a resulting change and a rule book in, objections out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent_ci.core.change import ABSENT, EXECUTABLE, REGULAR, ChangedFile, Patch
from agent_ci.core.paths import is_our_test, is_test_path, matches, path_objection
from agent_ci.core.rules import (
    BAD_PATH,
    BINARY_FILE,
    EMPTY_FILE,
    FILE_MODE,
    OUT_OF_SCOPE,
    PROTECTED_PATH,
    TEST_FILE,
    TOO_LARGE,
    rule_of,
)

PROTECTED = (
    # CI and what it calls
    ".github/", ".gitlab/", ".circleci/", ".buildkite/", ".azure-pipelines/", ".woodpecker/", ".ci/", ".teamcity/",
    "*.gitlab-ci.yml", ".travis.yml", "azure-pipelines*.yml", "bitbucket-pipelines.yml", "Jenkinsfile*", ".drone.yml",
    ".cirrus.yml", ".appveyor.yml", "appveyor.yml", "buildspec.yml", "cloudbuild.yaml", "action.yml", "action.yaml",
    ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", "lefthook.yml", "Makefile", "GNUmakefile", "*.mk", "justfile",
    "Taskfile.yml", "Rakefile", "noxfile.py", "tasks.py", "Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile",
    "docker-compose*.yml", "docker-compose*.yaml", "compose.yml", "compose.yaml", "renovate.json", ".renovaterc*",
    "docker-bake.*", "Earthfile", "Vagrantfile", ".semaphore/",
    # manifests, build hooks and lock files
    "pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in", "requirements*.txt", "**/requirements/*.txt",
    "requirements*.in", "constraints*.txt", "Pipfile", "environment.yml", "hatch_build.py", "package.json", "go.mod",
    "go.sum", "go.work", "Cargo.toml", "build.rs", ".cargo/", "rust-toolchain*", "pom.xml", ".mvn/", "mvnw*",
    "build.gradle*", "settings.gradle*", "gradle.properties", "gradle/", "gradlew*", "build.xml", "build.sbt",
    "Gemfile", "*.gemspec", "composer.json", "*.lock", "*.lockb", "package-lock.json", "pnpm-lock.yaml",
    "pnpm-workspace.yaml", "npm-shrinkwrap.json", "*.csproj", "*.fsproj", "*.vbproj", "*.sln", "Directory.*.props",
    "Directory.*.targets", "nuget.config", "packages.config", "mix.exs", "Package.swift", "CMakeLists.txt",
    "meson.build", "WORKSPACE", "MODULE.bazel", "BUILD.bazel", ".bazelrc", "flake.nix", ".npmrc", ".yarnrc*", ".yarn/",
    "bunfig.toml", "pip.conf", "uv.toml", ".pypirc", ".netrc", ".envrc", ".env", ".env.*", ".tool-versions",
    ".python-version", ".nvmrc", ".node-version", ".ruby-version", "pip.ini", "poetry.toml", "pdm.toml", "pixi.toml",
    "conda-lock.yml", "*.lockfile", "deno.json", "deno.jsonc", "mise.toml", ".mise.toml", "shell.nix", "default.nix",
    # how tests are run and judged
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "tox.toml", "conftest.py", ".coveragerc",
    "jest.config.*", "jest.setup.*", "vitest.config.*", "vitest.workspace.*", "vitest.setup.*", "karma.conf.*",
    ".mocharc*", "playwright.config.*", "cypress.config.*", ".nycrc*", "babel.config.*", ".babelrc*", "phpunit.xml*",
    ".rspec", "codecov.yml", ".codecov.yml", "sitecustomize.py", "usercustomize.py", "*.pth",
    # how source is judged without running it
    "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".flake8", ".pylintrc", "pylintrc", ".bandit", ".eslintrc*",
    "eslint.config.*", "biome.json", "biome.jsonc", ".semgrep*", ".gitleaks.toml", ".secrets.baseline", ".eslintignore",
    "tsconfig*.json", "jsconfig.json", "tslint.json", "pyrightconfig.json", ".pyre_configuration", "pyrefly.toml",
    "ty.toml", ".golangci.*", "clippy.toml", ".clippy.toml", "phpstan*.neon*", "phpstan-baseline.php", "psalm*.xml*",
    "phpcs.xml*", ".phpcs.xml*", ".php-cs-fixer*.php", ".rubocop*.yml", ".standard.yml", "sorbet/config", ".credo.exs",
    ".dialyzer_ignore.exs", ".clang-tidy", ".swiftlint.yml", "detekt*.yml", ".globalconfig",
    "checkstyle*.xml", "pmd*.xml", "spotbugs*.xml", ".stylelintrc*", "stylelint.config.*", ".oxlintrc.json",
    "CMakePresets.json", ".shellcheckrc", ".hadolint.yaml", ".yamllint*",
    # agents' rules, ownership, licences, git's own files
    "AGENTS.md", "CLAUDE.md", "GEMINI.md", ".claude/", ".cursor/", ".cursorrules", ".gemini/", ".windsurf/",
    ".windsurfrules", ".clinerules*", ".roo/", ".aider*", "AGENT.md", "AGENTS.*.md", "CLAUDE.*.md", "QWEN.md",
    ".goosehints", ".mcp.json", ".codex/", ".junie/", ".amazonq/", ".kiro/", ".continue/", ".augment/", ".trae/",
    ".qwen/", ".opencode/", "opencode.json", ".agent-ci.yml", ".agent-ci/", "CODEOWNERS", "NOTICE",
    "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE.rst", "LICENSE-*", "LICENCE", "LICENCE.*", "LICENSES/", "COPYING",
    "COPYING.*", ".gitattributes", ".gitmodules", ".gitignore", ".git/", ".mailmap", ".husky/", ".vscode/", ".idea/",
    ".devcontainer/", ".devcontainer.json",
)  # fmt: skip
"""Paths that no job touches unless the base branch's settings allow it."""


FILES, LINES = "files", "lines"
"""What a change may add where it may take nothing out."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which paths may change, how, and how much; judged on git's view of the resulting tree.

    ``allow`` lifts ``deny`` for the paths it matches; with ``only`` nothing else may change at all. ``permit``
    names rules of the review that do not count. ``max_files`` and ``max_lines`` are for one root cause. ``adds`` is set
    where nothing that is there may be taken out: ``lines`` may be added to any file, or only new ``files``, and lines
    to those files of tests that we added before.
    """

    only: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = PROTECTED
    allow_test_changes: bool = False
    permit: tuple[str, ...] = ()
    max_files: int = 10
    max_lines: int = 400
    adds: str = ""

    def objections(self, patch: Patch, *, causes: int = 1) -> tuple[str, ...]:
        """One sentence per rule that a repair of *causes* root causes breaks; empty means that it may be tried."""
        return (
            *(sentence for file in patch.files for sentence in self._about(file)),
            *self._about_size(patch, causes),
        )

    def allows(self, path: str) -> bool:
        """Whether *path* is one that may change at all."""
        return not path_objection(path) and matches(path, self.only)

    def not_permitted(self, objections: tuple[str, ...]) -> tuple[str, ...]:
        """Those of *objections* whose rule the settings do not permit to be broken."""
        return tuple(objection for objection in objections if rule_of(objection) not in self.permit)

    def _about(self, file: ChangedFile) -> Iterator[str]:
        if objection := path_objection(file.path):
            yield BAD_PATH.objection(objection)
        elif self.only and not matches(file.path, self.only):
            yield OUT_OF_SCOPE.objection(
                f"{file.path} is outside the paths this job may change ({', '.join(self.only)})"
            )
        elif not matches(file.path, self.allow):
            if matches(file.path, self.deny):
                yield PROTECTED_PATH.objection(
                    f"{file.path} is protected (allow it in .agent-ci.yml on the base branch)"
                )
            elif is_test_path(file.path) and not self.allow_test_changes:
                yield TEST_FILE.objection(f"{file.path} is a test, and a fix must not change the tests")
            elif file.old_mode == ABSENT and not (file.added or file.is_binary):
                yield EMPTY_FILE.objection(f"{file.path} would be a new file without content")
        yield from self._about_loss(file)
        if file.new_mode not in (REGULAR, EXECUTABLE, ABSENT):
            yield FILE_MODE.objection(f"{file.path} would become a link or a submodule (mode {file.new_mode})")
        elif ABSENT not in (file.old_mode, file.new_mode) and file.old_mode != file.new_mode:
            yield FILE_MODE.objection(f"{file.path} would change its mode from {file.old_mode} to {file.new_mode}")
        if file.is_binary:
            yield BINARY_FILE.objection(f"{file.path} is binary")

    def _about_loss(self, file: ChangedFile) -> Iterator[str]:
        """What speaks against *file* where this job takes nothing out."""
        if self.adds and (file.removed or file.new_mode == ABSENT):
            yield OUT_OF_SCOPE.objection(f"{file.path} would lose lines, and this job only adds some")
        elif self.adds == FILES and file.old_mode != ABSENT and not is_our_test(file.path):
            yield OUT_OF_SCOPE.objection(f"{file.path} is somebody's, and this job adds files of its own (--in-place)")

    def _about_size(self, patch: Patch, causes: int) -> Iterator[str]:
        files, lines = self.max_files * causes, self.max_lines * causes
        if len(patch.files) > files:
            yield TOO_LARGE.objection(f"{len(patch.files)} files change, and the limit is {files}")
        if patch.size > lines:
            yield TOO_LARGE.objection(f"{patch.size} lines change, and the limit is {lines}")


CHANGELOG_POLICY = Policy(
    only=tuple(
        f"{name}*.{end}" for name in ("CHANGELOG", "CHANGES", "HISTORY", "NEWS", "RELEASE") for end in ("md", "rst")
    ),
    deny=(),
    max_files=1,
    max_lines=100_000,
)
"""What the job `changelog` may change: one changelog in Markdown or reStructuredText, and nothing else."""

_SCRIPTS = ("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts")

TESTS_POLICY = Policy(
    only=(
        *("test_*.py", "*_test.py", "*_test.go", "*Test.java"),
        *(f"*.{name}.{end}" for name in ("test", "spec") for end in _SCRIPTS),
    ),
    allow_test_changes=True,
    max_files=20,
    max_lines=4_000,
    adds=FILES,
)
"""What the job `tests` may change: it adds files of tests, and changes none that a person wrote."""

_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "spec", "e2e"})


def misplaced(patch: Patch, paths: Iterable[str]) -> tuple[str, ...]:
    """One sentence per new file of *patch* that stands where programs, and no tests, are looked for.

    *paths* are the files before the change: a folder that has tests may get more. Go compiles files of tests for tests
    alone, wherever they stand.
    """
    known = {path.rpartition("/")[0] for path in paths if is_test_path(path)}
    return tuple(
        OUT_OF_SCOPE.objection(f"{file.path} would be a test where no tests are, and other programs may run it")
        for file in patch.files
        if file.old_mode == ABSENT and not file.path.endswith("_test.go")
        if file.path.rpartition("/")[0] not in known and _FOLDERS.isdisjoint(file.path.casefold().split("/")[:-1])
    ) + tuple(
        FILE_MODE.objection(f"{file.path} would be a program, and tests are none")
        for file in patch.files
        if file.old_mode == ABSENT and file.new_mode == EXECUTABLE
    )
