"""Setting up says in one sentence what a machine lacks, and leaves no half-made environment that looks complete."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "dirname", "cat", "cksum", "rm")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What set-up needs of a checkout, in a folder with a space in its name."""
    root = tmp_path / "a checkout"
    for name in ("pyproject.toml", "requirements/dev.txt", "scripts/setup"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH without Python and uv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def put(path: Path, name: str, script: str) -> None:
    (path / name).write_text(f"#!{shutil.which('sh')}\n{script}\n", encoding="utf-8")
    (path / name).chmod(0o755)


def set_up(checkout: Path, path: Path, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "scripts/setup"],
        cwd=checkout,
        env={"PATH": str(path), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_without_a_fitting_python_it_says_which_ones_it_tried(checkout: Path, path: Path) -> None:
    put(path, "python3", "exit 1")  # what an old one answers to the question for its version
    code, said = set_up(checkout, path)
    assert code == 1
    assert "no Python 3.11 or later was found (tried python3, python3.13, python3.12, python3.11)" in said
    assert not (checkout / ".venv").exists()


def test_a_python_without_ensurepip_is_named_with_the_package_that_has_it(checkout: Path, path: Path) -> None:
    (checkout / "ensurepip.py").write_text("raise ImportError\n", encoding="utf-8")
    (path / "python3").symlink_to(sys.executable)
    code, said = set_up(checkout, path, {"PYTHONPATH": str(checkout)})
    assert code == 1
    assert "apt install python3-venv" in said
    assert "Traceback" not in said


def test_when_installing_fails_the_next_run_tries_again(checkout: Path, path: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    put(path, "uv", 'case "$1" in --version) ;; *) echo "no such package" >&2; exit 2 ;; esac')
    for _ in range(2):
        code, said = set_up(checkout, path)
        assert code == 1
        assert "no such package" in said
        assert "could not be made" in said


def test_it_does_nothing_when_nothing_changed_and_starts_again_when_the_lock_did(checkout: Path, path: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    (checkout / ".venv/bin").mkdir(parents=True)
    put(checkout / ".venv/bin", "python", "")  # answers every question with success
    put(path, "uv", "")
    first, second = set_up(checkout, path), set_up(checkout, path)
    with (checkout / "requirements/dev.txt").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    third = set_up(checkout, path)
    assert [code for code, _ in (first, second, third)] == [0, 0, 0]
    assert ["with uv" in said for _, said in (first, second, third)] == [True, False, True]
