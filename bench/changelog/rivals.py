"""Runs git-cliff on the ranges that we are measured on; what it prints is read from its own account in JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

_ALL = "[git]\nconventional_commits = true\nfilter_unconventional = false\n"


def find(named: str) -> str:
    """The program *named*, or `git-cliff` on the path; empty where there is none."""
    return shutil.which(named or "git-cliff") or ""


def cliff(program: str, folder: Path, since: str, until: str, *, is_default: bool) -> tuple[str, ...]:
    """The commits that git-cliff prints a line for, by its defaults or with nothing filtered."""
    with tempfile.TemporaryDirectory(prefix="bench-changelog-") as scratch:
        settings = Path(scratch) / "cliff.toml"
        settings.write_text("" if is_default else _ALL, encoding="utf-8")
        chosen = () if is_default else ("--config", str(settings))
        command = (program, "--offline", "--no-exec", *chosen, "--repository", str(folder), "--context")
        done = subprocess.run(
            (*command, f"{since}..{until}"), cwd=scratch, capture_output=True, text=True, check=True, timeout=300
        )
    return tuple(commit["id"] for release in json.loads(done.stdout) for commit in release["commits"])
