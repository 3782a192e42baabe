"""Knows how a person installs what the tests of a repository need, by the files of its package managers."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Mapping
from pathlib import PurePath

# By group, a file, and what installs what it names. The first file that is there counts: a lock file says more than a
# manifest, and a manager's own lock file more than one that several can read.
_GROUPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "python": (
        ("uv.lock", "uv sync"),
        ("poetry.lock", "poetry install"),
        ("pdm.lock", "pdm install"),
        ("Pipfile.lock", "pipenv sync --dev"),
        ("requirements-dev.txt", "pip install -r requirements-dev.txt"),
        ("requirements.txt", "pip install -r requirements.txt"),
        ("pyproject.toml", "pip install -e ."),
        ("setup.py", "pip install -e ."),
    ),
    "node": (
        ("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
        ("yarn.lock", "yarn install --immutable"),
        ("package-lock.json", "npm ci"),
        ("package.json", "npm install"),
    ),
    "go": (("go.mod", "go mod download"),),
    "cargo": (("Cargo.toml", "cargo fetch"),),
    "maven": (("pom.xml", "mvn dependency:go-offline"),),
    "gradle": (
        ("gradlew", "./gradlew dependencies"),
        ("build.gradle", "gradle dependencies"),
        ("build.gradle.kts", "gradle dependencies"),
    ),
    "bundler": (("Gemfile", "bundle install"),),
    "composer": (("composer.json", "composer install"),),
    "mix": (("mix.exs", "mix deps.get"),),
    "nuget": (("*.sln", "dotnet restore"), ("*.csproj", "dotnet restore"), ("*.fsproj", "dotnet restore")),
}
# Whose packages the tests of a runner are installed with; of any other, whatever the folder has.
_RUNNERS = {
    "pytest": "python", "unittest": "python", "jest": "node", "vitest": "node", "mocha": "node", "playwright": "node",
    "go": "go", "cargo": "cargo", "maven": "maven", "gradle": "gradle", "rspec": "bundler", "minitest": "bundler",
    "phpunit": "composer", "exunit": "mix", "dotnet": "nuget",
}  # fmt: skip


def installing(paths: Iterable[str], runner: str, folder: str = "") -> str:
    """The command, typed in *folder*, that installs what the tests of *runner* there need; empty where no file says so.

    It is looked for in the folder and in those above it, the nearest first.
    """
    every = frozenset(paths)
    group = _RUNNERS.get(runner, "")
    for place in (PurePath(folder), *PurePath(folder).parents):
        name = "" if place == PurePath() else place.as_posix()
        if found := _command(every, name, _GROUPS.get(group, ())):
            way = posixpath.relpath(name or ".", folder or ".")
            return found if name == folder else f"(cd {shlex.quote(way)} && {found})"
    return ""


def _command(paths: Iterable[str], folder: str, choices: tuple[tuple[str, str], ...]) -> str:
    """What installs by the first of *choices* that lies in *folder*; empty where none does."""
    names = [PurePath(path).name for path in paths if PurePath(path).parent == PurePath(folder)]
    found = (command for file, command in choices if any(PurePath(name).match(file) for name in names))
    return next(found, "")
