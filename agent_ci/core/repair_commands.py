"""Knows which command of a tool repairs what another of its commands finds: a linter, a formatter, a lock file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from agent_ci.core.frameworks.packages import scripted

_LEADS = frozenset(
    {"npx", "--no-install", "--yes", "-y", "npm", "exec", "--", "yarn", "pnpm", "bunx", "uv", "uvx", "run"}
    | {"poetry", "pdm", "hatch", "pipenv", "bundle", "-m"}
)
"""What may stand before a tool and only starts it, beside an interpreter."""


@dataclass(frozen=True, slots=True)
class _Repair:
    """A command that starts with *words* checks; without the words *less* and with *more* behind *words* it repairs.

    Where it checks only with one of *needs*, it is left alone without. *instead* takes the place of *words*; with
    *alone*, that is the whole command.
    """

    words: tuple[str, ...]
    less: frozenset[str] = frozenset()
    more: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    alone: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def _repair(words: str, less: str = "", more: str = "", *, needs: str = "", alone: str = "") -> _Repair:
    needed = frozenset(needs.split())
    return _Repair(
        tuple(words.split()), frozenset(less.split()) | needed, tuple(more.split()), needed, tuple(alone.split())
    )


_OF_THE_COMPILER = ("cargo", "fix", "--allow-no-vcs")

_REPAIRS = (
    _repair("ruff check", "--no-fix --diff", "--fix"),
    _repair("ruff format", needs="--check --diff"),
    _repair("black", needs="--check --diff"),
    _repair("isort", needs="--check --check-only -c --diff"),
    _repair("docformatter", "--check -c", "--in-place"),
    _repair("autopep8", "--exit-code", "--in-place", needs="--diff -d"),
    _repair("yapf", more="-i", needs="--diff -d"),
    _repair("mdformat", needs="--check"),
    _repair("eslint", more="--fix"),
    _repair("oxlint", more="--fix"),
    _repair("stylelint", more="--fix"),
    _repair("standard", more="--fix"),
    _repair("prettier", "--check -c --list-different -l", "--write"),
    _repair("biome ci", alone="biome check --write"),
    _repair("biome check", more="--write"),
    _repair("biome lint", more="--write"),
    _repair("biome format", more="--write"),
    _repair("deno fmt", needs="--check"),
    _repair("deno lint", more="--fix"),
    _repair("cargo fmt", needs="--check"),
    _repair("cargo clippy", more="--fix --allow-no-vcs"),
    _Repair(("cargo", "check"), instead=_OF_THE_COMPILER),
    _Repair(("cargo", "build"), instead=_OF_THE_COMPILER),
    _repair("taplo fmt", "--diff", needs="--check"),
    _repair("taplo format", "--diff", needs="--check"),
    _repair("gofmt", more="-w", needs="-d -l"),
    _repair("golangci-lint run", more="--fix"),
    _repair("golangci-lint fmt", needs="--diff -d"),
    _repair("buf format", "--exit-code", "-w", needs="--diff -d"),
    _repair("rubocop", more="-a"),
    _repair("standardrb", more="--fix"),
    _repair("php-cs-fixer fix", "--diff", needs="--dry-run"),
    _repair("pint", needs="--test"),
    _repair("clang-format", "--Werror -Werror", "-i", needs="--dry-run -n"),
    _repair("cmake-format", more="-i", needs="--check"),
    _repair("shfmt", more="-w", needs="--diff -d --list -l"),
    _repair("zig fmt", needs="--check"),
    _repair("dart format", "--output=none", needs="--set-exit-if-changed"),
    _repair("mix format", needs="--check-formatted"),
    _repair("dotnet format", needs="--verify-no-changes"),
    _repair("terraform fmt", "-diff", needs="-check"),
    _repair("tofu fmt", "-diff", needs="-check"),
    _repair("uv lock", needs="--check --locked"),
    _repair("pdm lock", needs="--check"),
    _repair("poetry check", needs="--lock", alone="poetry lock"),
    _repair("npm ci", alone="npm install --package-lock-only --ignore-scripts --offline"),
    _repair("yarn install", alone="yarn install --offline --ignore-scripts", needs="--frozen-lockfile"),
    _repair("yarn install", alone="yarn install --mode=update-lockfile", needs="--immutable"),
    _repair(
        "pnpm install",
        alone="pnpm install --no-frozen-lockfile --lockfile-only --ignore-scripts --offline",
        needs="--frozen-lockfile",
    ),
    _repair("go mod tidy", needs="-diff"),
)


def repairing(words: tuple[str, ...], manifest: str = "") -> tuple[str, ...]:
    """The command that repairs what the command *words* finds; empty where none is known.

    *manifest* is the text of the package.json whose scripts *words* may start, empty where there is none. What the user
    wrote stays, such as the paths and a file of settings, and how the tool is started.
    """
    words = scripted(words, manifest) or words
    leading = next((index for index, word in enumerate(words) if not _leads(word)), len(words) - 1)
    for start in range(leading + 1):
        named = (PurePath(words[start]).name, *words[start + 1 :])
        for repair in _REPAIRS:
            if named[: len(repair.words)] == repair.words and (turned := _turned(words, start, repair)):
                return turned
    return ()


def _turned(words: tuple[str, ...], start: int, repair: _Repair) -> tuple[str, ...]:
    end = start + len(repair.words)
    if repair.needs and not repair.needs & {*words[end:]}:
        return ()
    if repair.alone:
        return (*words[:start], *repair.alone)
    left = tuple(word for word in words[end:] if word not in repair.less)
    return (*words[:start], *(repair.instead or words[start:end]), *repair.more, *left)


def _leads(word: str) -> bool:
    return word in _LEADS or PurePath(word).name.startswith("python")
