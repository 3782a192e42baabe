"""What is installed is what pyproject.toml asks for, by version and hash, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEV = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
IMAGE = [Requirement(line) for line in PROJECT["dependency-groups"]["image"]]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, Version]:
    return {package: Version(version) for package, version in PIN.findall(lock(name))}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("runtime.txt", RUNTIME), ("dev.txt", [*RUNTIME, *DEV]), ("image.txt", IMAGE)],
    ids=["runtime", "dev", "image"],
)
def test_every_requirement_is_locked_to_a_version_that_fits(name: str, wanted: list[Requirement]) -> None:
    locked = pins(name)
    unfit = [str(asked) for asked in wanted if not asked.specifier.contains(locked[canonicalize_name(asked.name)])]
    assert not unfit, "run `make lock`"


@pytest.mark.parametrize("name", ["runtime.txt", "image.txt"])
def test_all_locks_agree(name: str) -> None:
    assert pins(name).items() <= pins("dev.txt").items()


def test_litellm_is_the_version_that_was_tested() -> None:
    assert PROJECT["tool"]["uv"]["constraint-dependencies"] == [f"litellm=={pins('runtime.txt')['litellm']}"]


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt", "image.txt"])
def test_every_locked_package_has_hashes_and_no_place(name: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock(name), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(name))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|^-", lock(name), re.MULTILINE)
