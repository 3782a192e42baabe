"""A command in another home finds what the tools of the job downloaded."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from agent_ci.core.frameworks.checks import Check
from agent_ci.core.frameworks.framework import Place

SHOWN = 'cat "$RUSTUP_HOME/settings.toml" "$CARGO_HOME/registry/index"; touch "$CARGO_HOME/.package-cache"'


def started(script: str, job: dict[str, str], home: Path) -> str:
    """What a check of *script* prints, which is started in *home* for a *job* with another one."""
    place = Place(PurePosixPath("/copy"), PurePosixPath("/out"), environment=job)
    [step] = Check(("sh", "-c", script), script).steps(place, ())
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), **step.environment}
    return subprocess.run((*step.start, *step.argv), env=variables, check=True, capture_output=True, text=True).stdout


def test_rustup_and_cargo_find_theirs_and_may_write_beside_it(tmp_path: Path) -> None:
    job, home = tmp_path / "job", tmp_path / "home"
    for folder in (job / ".rustup" / "toolchains", job / ".cargo" / "registry"):
        folder.mkdir(parents=True)
    (job / ".rustup" / "settings.toml").write_text("stable\n", encoding="utf-8")
    (job / ".cargo" / "registry" / "index").write_text("crates\n", encoding="utf-8")
    (job / ".cargo" / "credentials.toml").write_text("secret\n", encoding="utf-8")
    assert started(SHOWN, {"HOME": str(job)}, home) == "stable\ncrates\n"
    assert not (job / ".cargo" / ".package-cache").exists()
    assert not (home / ".cargo" / "credentials.toml").exists()


@pytest.mark.parametrize(
    ("variable", "job", "wanted"),
    [
        ("GOMODCACHE", {"HOME": "/home/ann"}, "/home/ann/go/pkg/mod"),
        ("GOMODCACHE", {"HOME": "/home/ann", "GOPATH": "/go:/more"}, "/go/pkg/mod"),
        ("NUGET_PACKAGES", {"HOME": "/home/ann", "NUGET_PACKAGES": "/nuget"}, "/nuget"),
        ("MIX_HOME", {"HOME": "/home/ann"}, "/home/ann/.mix"),
        ("MAVEN_USER_HOME", {"HOME": "/home/ann"}, "/home/ann/.m2"),
        ("GRADLE_RO_DEP_CACHE", {"HOME": "/home/ann"}, "/home/ann/.gradle/caches"),
        ("RUSTUP_HOME", {"HOME": "/home/ann"}, ""),
    ],
)
def test_other_tools_are_told_by_a_variable(variable: str, job: dict[str, str], wanted: str, tmp_path: Path) -> None:
    assert started(f'echo "${variable}"', job, tmp_path).strip() == wanted


def test_maven_keeps_the_options_of_the_job(tmp_path: Path) -> None:
    told = started('echo "$MAVEN_OPTS"', {"HOME": "/home/ann", "MAVEN_OPTS": "-Xmx1g"}, tmp_path).split()
    assert told[:2] == ["-Xmx1g", "-Dmaven.repo.local=/home/ann/.m2/repository"]
