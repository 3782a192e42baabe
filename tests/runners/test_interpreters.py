from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_ci.errors import InfrastructureError
from agent_ci.ports import Workspace
from agent_ci.runners.interpreters import find_interpreter

Open = Callable[[Mapping[str, str]], Workspace]
PATH = {"PATH": os.environ["PATH"]}


def environment_with_pytest(folder: Path) -> str:
    """A virtual environment that sees the packages of this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next((folder / "lib").glob("python*/site-packages"))
    own = Path(pytest.__file__).parents[1]
    (packages / "all.pth").write_text(f"{own}\n")
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("folder", [".venv", "venv", ".tox/py311", ".nox/tests"])
def test_the_environment_of_the_checkout_is_found(workspace: Open, tmp_path: Path, folder: str) -> None:
    python = environment_with_pytest(tmp_path / folder)
    assert find_interpreter(workspace({}), checkout=tmp_path, environment=PATH).path == python


def test_the_active_environment_comes_before_the_checkouts_own(workspace: Open, tmp_path: Path) -> None:
    environment_with_pytest(tmp_path / ".venv")
    active = environment_with_pytest(tmp_path / "active")
    around = {**PATH, "VIRTUAL_ENV": str(tmp_path / "active")}
    assert find_interpreter(workspace({}), checkout=tmp_path, environment=around).path == active


def test_an_environment_of_poetry_is_found_outside_the_checkout(workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").touch()
    (tmp_path / "pyproject.toml").write_text('[tool.poetry]\nname = "My_Project x"\n')
    python = environment_with_pytest(tmp_path / "cache" / "virtualenvs" / "my_project-x-AbC123-py3.11")
    around = {**PATH, "POETRY_CACHE_DIR": str(tmp_path / "cache")}
    assert find_interpreter(workspace({}), checkout=tmp_path, environment=around).path == python


def test_a_python_without_pytest_is_passed_over(workspace: Open, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True)
    found = find_interpreter(workspace({}), checkout=tmp_path, environment={}, own=sys.executable)
    assert found.path == sys.executable


@pytest.mark.parametrize("named", ["", "/no/such/python"], ids=["nowhere", "named"])
def test_no_pytest_at_all_is_said_with_what_was_tried(workspace: Open, tmp_path: Path, named: str) -> None:
    with pytest.raises(InfrastructureError, match="no Python here has pytest"):
        find_interpreter(workspace({}), checkout=tmp_path, environment={}, named=named)


def test_folders_of_the_checkout_are_imported_from_the_copy_instead(workspace: Open, tmp_path: Path) -> None:
    """An editable install puts the checkout itself on the path; the copy's folders must come before it."""
    environment_with_pytest(tmp_path / ".venv")
    packages = next((tmp_path / ".venv" / "lib").glob("python*/site-packages"))
    (tmp_path / "lib").mkdir()
    (packages / "__editable__.thing.pth").write_text(f"{tmp_path / 'lib'}\n")
    copy = workspace({"src/pkg/__init__.py": "", "lib/thing.py": ""})
    found = find_interpreter(copy, checkout=tmp_path, environment=PATH)
    assert found.import_roots == ("lib", "src", ".")
