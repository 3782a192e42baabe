"""Knows which package managers a repository uses, by its files, and how a person installs what its tests need."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePath

# A file, and what installs what it names. Of one group the first that is there counts: a lock file says more than a
# manifest, and a manager's own lock file more than one that several can read.
_GROUPS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("uv", "uv.lock", "uv sync"),
        ("poetry", "poetry.lock", "poetry install"),
        ("pdm", "pdm.lock", "pdm install"),
        ("pipenv", "Pipfile.lock", "pipenv sync --dev"),
        ("pip", "requirements-dev.txt", "pip install -r requirements-dev.txt"),
        ("pip", "requirements.txt", "pip install -r requirements.txt"),
        ("pip", "pyproject.toml", "pip install -e ."),
        ("pip", "setup.py", "pip install -e ."),
    ),
    (
        ("pnpm", "pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
        ("yarn", "yarn.lock", "yarn install --immutable"),
        ("npm", "package-lock.json", "npm ci"),
        ("npm", "package.json", "npm install"),
    ),
    (("go", "go.mod", "go mod download"),),
    (("cargo", "Cargo.toml", "cargo fetch"),),
    (("maven", "pom.xml", "mvn dependency:go-offline"),),
    (
        ("gradle", "gradlew", "./gradlew dependencies"),
        ("gradle", "build.gradle", "gradle dependencies"),
        ("gradle", "build.gradle.kts", "gradle dependencies"),
    ),
    (("bundler", "Gemfile", "bundle install"),),
    (("composer", "composer.json", "composer install"),),
    (("mix", "mix.exs", "mix deps.get"),),
    (
        ("nuget", "*.sln", "dotnet restore"),
        ("nuget", "*.csproj", "dotnet restore"),
        ("nuget", "*.fsproj", "dotnet restore"),
    ),
)
# Whose packages the tests of a runner are installed with; of any other, whatever the folder has.
_RUNNERS = {
    "pytest": "python", "unittest": "python", "jest": "node", "vitest": "node", "mocha": "node", "playwright": "node",
    "go": "go", "cargo": "cargo", "maven": "maven", "gradle": "gradle", "rspec": "bundler", "minitest": "bundler",
    "phpunit": "composer", "exunit": "mix", "dotnet": "nuget",
}  # fmt: skip
_NAMES = ("python", "node", "go", "cargo", "maven", "gradle", "bundler", "composer", "mix", "nuget")


def managers(paths: Iterable[str], folder: str = "") -> tuple[str, ...]:
    """The package managers of *folder* ("" for the root) of a repository whose files are *paths*."""
    return tuple(name for name, _ in _used(paths, folder).values())


def installing(paths: Iterable[str], runner: str, folder: str = "") -> str:
    """The command that installs what the tests of *runner* in *folder* need; empty where no file says so.

    It is looked for in the folder and in those above it, the nearest first.
    """
    every = frozenset(paths)
    group = _RUNNERS.get(runner, "")
    for place in (PurePath(folder), *PurePath(folder).parents):
        name = "" if place == PurePath() else place.as_posix()
        if group and (found := _used(every, name).get(group)):
            return found[1] if name == folder else f"(cd {shlex.quote(name or '.')} && {found[1]})"
    return ""


def _used(paths: Iterable[str], folder: str) -> dict[str, tuple[str, str]]:
    """By group, the manager and its command."""
    names = [PurePath(path).name for path in paths if PurePath(path).parent == PurePath(folder)]
    found: dict[str, tuple[str, str]] = {}
    for group, choices in zip(_NAMES, _GROUPS, strict=True):
        for manager, file, command in choices:
            if any(PurePath(name).match(file) for name in names):
                found[group] = (manager, command)
                break
    return found
