from __future__ import annotations

import pytest

from agent_ci.core.package_managers import installing, managers

MANAGERS = {
    "uv": ("uv.lock", "pyproject.toml", "requirements.txt"),
    "poetry": ("poetry.lock", "pyproject.toml"),
    "pip": ("requirements.txt",),
    "pnpm": ("pnpm-lock.yaml", "package.json", "package-lock.json"),
    "yarn": ("yarn.lock", "package.json"),
    "npm": ("package.json",),
    "go": ("go.mod",),
    "cargo": ("Cargo.toml",),
    "maven": ("pom.xml",),
    "gradle": ("build.gradle.kts",),
    "bundler": ("Gemfile",),
    "composer": ("composer.json",),
    "mix": ("mix.exs",),
    "nuget": ("Shop.sln", "shop/Shop.csproj"),
}


@pytest.mark.parametrize("name", MANAGERS)
def test_a_package_manager_is_recognised_by_its_own_file_first(name: str) -> None:
    assert managers(MANAGERS[name]) == (name,)


PLACES = {
    "in its folder": (("web/yarn.lock", "web/package.json"), "jest", "web", "yarn install --immutable"),
    "above its folder": (("package-lock.json", "web/a/x.js"), "jest", "web/a", "(cd . && npm ci)"),
    "between": (("w b/package.json", "package-lock.json"), "mocha", "w b/a", "(cd 'w b' && npm install)"),
    "of the runner and no other": (("go.mod", "package.json"), "go", "", "go mod download"),
    "nowhere": (("other/go.mod",), "go", "", ""),
    "for a runner that needs none": (("package.json",), "check", "", ""),
}


@pytest.mark.parametrize(("paths", "runner", "folder", "command"), PLACES.values(), ids=PLACES)
def test_packages_are_installed_where_the_nearest_file_is(
    paths: tuple[str, ...], runner: str, folder: str, command: str
) -> None:
    assert installing(paths, runner, folder) == command
