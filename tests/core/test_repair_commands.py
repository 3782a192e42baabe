from __future__ import annotations

import json
import shlex

import pytest

from agent_ci.core.repair_commands import repairing


@pytest.mark.parametrize(
    ("command", "repair"),
    [
        ("ruff check src --no-fix", "ruff check --fix src"),
        ("/opt/bin/ruff format --check --diff .", "/opt/bin/ruff format ."),
        ("python3.12 -m black --check -l 100 src", "python3.12 -m black -l 100 src"),
        ("uv run isort -c .", "uv run isort ."),
        ("npx --no-install eslint src --max-warnings 0", "npx --no-install eslint --fix src --max-warnings 0"),
        ("npx prettier -c .", "npx prettier --write ."),
        ("biome ci .", "biome check --write"),
        ("cargo clippy -- -D warnings", "cargo clippy --fix --allow-no-vcs -- -D warnings"),
        ("cargo check --workspace", "cargo fix --allow-no-vcs --workspace"),
        ("uv lock --check", "uv lock"),
        ("poetry check --lock", "poetry lock"),
        ("npm ci --dry-run", "npm install --package-lock-only --ignore-scripts --offline"),
        ("yarn install --frozen-lockfile --offline", "yarn install --offline --ignore-scripts"),
        ("yarn install --immutable", "yarn install --mode=update-lockfile"),
        (
            "pnpm install --frozen-lockfile",
            "pnpm install --no-frozen-lockfile --lockfile-only --ignore-scripts --offline",
        ),
        ("npm run lint", "eslint --fix ."),
        ("go mod tidy -diff", "go mod tidy"),
        ("gofmt -l -d cmd", "gofmt -w cmd"),
        ("clang-format --dry-run --Werror a.c b.c", "clang-format -i a.c b.c"),
        ("shfmt -i 4 -d scripts", "shfmt -w -i 4 scripts"),
        ("autopep8 --diff --exit-code -r src", "autopep8 --in-place -r src"),
        ("deno fmt --check", "deno fmt"),
        ("buf format -d --exit-code", "buf format -w"),
        ("php-cs-fixer fix --dry-run --diff src", "php-cs-fixer fix src"),
        ("dart format --output=none --set-exit-if-changed lib", "dart format lib"),
    ],
)
def test_a_tool_that_finds_fault_is_asked_to_repair_it(command: str, repair: str) -> None:
    manifest = json.dumps({"scripts": {"lint": "eslint ."}})
    assert shlex.join(repairing(tuple(command.split()), manifest)) == repair


@pytest.mark.parametrize(
    "command",
    [
        "",
        "ruff",
        "ruff format .",
        "mypy src",
        "black src",
        "gofmt -s .",
        "clang-format a.c",
        "shfmt scripts",
        "make lint",
        "sh -c 'ruff check'",
        "npm run build",
        "yarn install",
        "uv lock",
    ],
)
def test_what_repairs_nothing_is_not_guessed(command: str) -> None:
    assert repairing(tuple(shlex.split(command)), "{}") == ()
