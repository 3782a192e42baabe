"""Makes small git repositories and runs our jobs on them, for benches and for tests."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.session import Session

PYTEST = f"{shlex.quote(sys.executable)} -m pytest -p no:anyio -p no:hypothesispytest"
"""How the tests of the small repositories are run: without what our own environment brings, which doubles the start."""


def git(folder: Path, *arguments: str) -> str:
    """What git answers in *folder*, whoever is logged in. Raises CalledProcessError."""
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the texts *files* below *folder*, by path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Small:
    """A repository with a few files, made anew in the empty folder *path*."""

    path: Path

    @classmethod
    def make(cls, path: Path, files: Mapping[str, str]) -> Small:
        """One commit on the branch main."""
        path.mkdir(parents=True)
        git(path, "init", "-q", "-b", "main")
        return cls(path).commit(files)

    def commit(self, files: Mapping[str, str], *, branch: str = "") -> Small:
        """One more commit with *files*, on the new *branch* where one is named."""
        if branch:
            git(self.path, "checkout", "-q", "-b", branch)
        write(self.path, files)
        git(self.path, "add", "-A")
        git(self.path, "commit", "-q", "--allow-empty", "-m", "change")
        return self

    def session(
        self, scratch: Path, replies: tuple[str, ...], environment: Mapping[str, str] | None = None, **given: object
    ) -> Session:
        """A fix of this repository that is offered *replies*, with its files below *scratch*."""
        cassette = scratch / "cassette.jsonl"
        cassette.write_text("".join(f"{json.dumps({'text': text})}\n" for text in replies), encoding="utf-8")
        options = {
            "repository": str(self.path),
            "run": PYTEST,
            "out": str(scratch / "out"),
            "proposer": ("replay",),
            "cassette": str(cassette),
            **given,
        }
        return Session({"PATH": os.environ["PATH"], **(environment or {})}, options, io.StringIO(), job="fix")

    def fix(
        self, scratch: Path, replies: tuple[str, ...], environment: Mapping[str, str] | None = None, **given: object
    ) -> dict[str, Any]:
        """The evidence document of such a fix."""
        return self.session(scratch, replies, environment, **given).run()
