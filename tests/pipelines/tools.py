"""Real runners and builders for the tests: where they are, and repositories that are red for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.repositories import git, write
from tests.red import FILES, TESTS

ROOT = Path(__file__).parents[2]
SHIPPED = ("action.yml", "pyproject.toml", "scripts", "requirements", "agent_ci")
"""What a checkout of the action has that is needed to run it."""

# With these the search is sure of its edit: three tests run the line, and no bitwise operator passes them as well.
_MORE = "\n\ndef test_more():\n    assert add(3, 5) == 8\n\n\ndef test_less():\n    assert add(-4, -6) == -10\n"
_PLACES = (ROOT / "build/tools/bin", ROOT / "build/tools/node/node_modules/.bin")


def tool(name: str) -> str:
    """The program *name*, as `scripts/tools` installed it or from PATH. Skips the test, loudly, where there is none."""
    if sys.platform != "linux":
        pytest.skip(f"{name} is run on Linux only, so that this is NOT tested")
    found = shutil.which(name, path=os.pathsep.join([*map(str, _PLACES), os.environ["PATH"]]))
    if found is None:
        pytest.skip(f"{name} is not here, so that this is NOT tested; `scripts/tools` installs it")
    return found


def path() -> str:
    """A PATH on which the interpreter of the tests comes first, and uv is found where it was installed."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], str(_PLACES[0])])


def red_repository(folder: Path, files: Mapping[str, str], *, origin: str) -> Path:
    """A repository in *folder* with one commit that has a failing test, and *files*."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, {**FILES, "test_calc.py": TESTS + _MORE, **files})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    git(folder, "remote", "add", "origin", origin)
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    return folder


def put_action(folder: Path) -> None:
    """Have what this project ships as an action in *folder*, as a checkout of it would."""
    folder.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, folder / name)


def run(*command: str, cwd: Path, seconds: float, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run *command* with little else than *variables* in its environment."""
    kept = {name: os.environ[name] for name in ("LANG", "SSL_CERT_FILE", "PIP_CERT") if name in os.environ}
    environment = {"PATH": path(), "HOME": str(cwd), **kept, **variables}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )
