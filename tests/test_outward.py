"""A red test that says what a CI system would obey, and holds a secret, gets neither out of a whole run."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.repositories import PYTEST
from tests.core.outward.runner_commands import commands
from tests.red import RedRepository

SECRET = "canary-77d1f0a9c2-canary"  # noqa: S105 - made up
HOSTILE = "\n::set-output name=a::b\rx ##[set-env name=A]b \x1b[31m@everyone <img src=x> fixes #1\u202e"
TEST = f"""
import base64, pytest


@pytest.mark.parametrize("x", ["##[add-path]p"])
def test_it(x):
    secret = {SECRET!r}
    assert not x, f{HOSTILE!r} + secret + " " + base64.b64encode(secret.encode()).decode()
"""


@pytest.mark.parametrize("arguments", [("explain",), ("explain", "--json"), ("fix", "--verbose")])
def test_what_a_red_test_says_reaches_nobody_as_a_command_or_with_a_secret(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    red = RedRepository.make(tmp_path, {"test_it.py": TEST})
    given = ("--repository", str(red.path), "--run", PYTEST, "--sandbox", "none", "--out", str(tmp_path / "out"))
    argv = [sys.executable, "-m", "agent_ci", *arguments, *given]
    environment = {"PATH": os.environ["PATH"], "A_TOKEN": SECRET}
    done = subprocess.run(argv, env=environment, capture_output=True, check=False, timeout=120)
    said = (done.stdout + done.stderr).decode()
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert "test_it" in said
    assert commands(said) == []
    assert commands(files["explanation.md"]) == []
    everything = said + "".join(files.values())
    assert "canary" not in everything
    assert base64.b64encode(SECRET.encode()).decode()[:8] not in everything
    assert "\x1b" not in said
    assert json.loads(files["evidence.json"])["targets"] == ["test_it.py::test_it[##[add-path]p]"]
