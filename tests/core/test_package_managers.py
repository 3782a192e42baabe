from __future__ import annotations

import pytest

from agent_ci.core.package_managers import installing

MANAGERS = {
    "uv": (("uv.lock", "pyproject.toml", "requirements.txt"), "pytest", "uv sync"),
    "poetry": (("poetry.lock", "pyproject.toml"), "unittest", "poetry install"),
    "pip": (("requirements.txt",), "pytest", "pip install -r requirements.txt"),
    "pnpm": (("pnpm-lock.yaml", "package.json", "package-lock.json"), "jest", "pnpm install --frozen-lockfile"),
    "yarn": (("yarn.lock", "package.json"), "vitest", "yarn install --immutable"),
    "npm": (("package.json",), "playwright", "npm install"),
    "go": (("go.mod",), "go", "go mod download"),
    "cargo": (("Cargo.toml",), "cargo", "cargo fetch"),
    "maven": (("pom.xml",), "maven", "mvn dependency:go-offline"),
    "gradle": (("build.gradle.kts",), "gradle", "gradle dependencies"),
    "a wrapper of gradle": (("build.gradle.kts", "gradlew"), "gradle", "./gradlew dependencies"),
    "bundler": (("Gemfile",), "rspec", "bundle install"),
    "composer": (("composer.json",), "phpunit", "composer install"),
    "mix": (("mix.exs",), "exunit", "mix deps.get"),
    "nuget": (("Shop.sln", "shop/Shop.csproj"), "dotnet", "dotnet restore"),
}


@pytest.mark.parametrize(("paths", "runner", "command"), MANAGERS.values(), ids=MANAGERS)
def test_a_package_manager_is_recognised_by_its_own_file_first(
    paths: tuple[str, ...], runner: str, command: str
) -> None:
    assert installing(paths, runner) == command


PLACES = {
    "in its folder": (("web/yarn.lock", "web/package.json"), "jest", "web", "yarn install --immutable"),
    "above its folder": (("package-lock.json", "web/a/x.js"), "jest", "web/a", "(cd ../.. && npm ci)"),
    "between": (("w b/package.json", "package-lock.json"), "mocha", "w b/a", "(cd .. && npm install)"),
    "of the runner and no other": (("go.mod", "package.json"), "go", "", "go mod download"),
    "nowhere": (("other/go.mod",), "go", "", ""),
    "for a runner that needs none": (("package.json",), "check", "", ""),
}


@pytest.mark.parametrize(("paths", "runner", "folder", "command"), PLACES.values(), ids=PLACES)
def test_packages_are_installed_where_the_nearest_file_is(
    paths: tuple[str, ...], runner: str, folder: str, command: str
) -> None:
    assert installing(paths, runner, folder) == command
