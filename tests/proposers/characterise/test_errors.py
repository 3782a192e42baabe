"""Which errors were meant, and what is read of the repository's files before anything is forked."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from agent_ci.proposers.characterise.kit.errors import is_deliberate, prepare

MODULE = """def meant(n):
    if n < 0:
        raise ValueError(
            "negative")
    return [][n]
"""


def raised(folder: Path, name: str, number: int) -> BaseException:
    path = folder / f"{name}.py"
    path.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    with pytest.raises((ValueError, IndexError)) as found:
        module.meant(number)
    return found.value


def test_an_error_is_meant_where_a_raise_of_the_repository_made_it(tmp_path: Path) -> None:
    meant, met = raised(tmp_path, "meant_here", -1), raised(tmp_path, "met_here", 3)
    assert (is_deliberate(meant, str(tmp_path)), is_deliberate(met, str(tmp_path))) == (True, False)
    assert not is_deliberate(meant, str(tmp_path / "elsewhere"))
    assert not is_deliberate(ValueError("never raised"), str(tmp_path))


def test_the_modules_that_are_loaded_are_read_once_and_ahead_so_that_no_fork_reads_them(tmp_path: Path) -> None:
    own, other = raised(tmp_path, "read_ahead", -1), raised(tmp_path, "read_ahead_too", -1)
    prepare(str(tmp_path), str(tmp_path / "read_ahead.py"))
    for path in tmp_path.glob("*.py"):
        path.unlink()
    assert is_deliberate(own, str(tmp_path))
    assert is_deliberate(other, str(tmp_path))
