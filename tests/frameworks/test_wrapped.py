"""A red suite that is run through tox is repaired with the Python of tox's environment."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.red import FILES, GOOD, RedRepository

TOX = "[testenv]\ncommands = pytest -q {posargs:test_calc.py}\n"


def test_what_tox_runs_is_run_in_its_environment(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, {**FILES, "tox.ini": TOX, ".gitignore": ".tox\n"})
    python = repository.path / ".tox" / "py3" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    run = repository.run(run="tox -e py3", replies=(GOOD,), repeat=1, sandbox="none")
    assert run.outcome == "fixed", run.document["reason"]
    told = run.document["toolchain"]
    assert (told["python"], told["pytest_arguments"]) == (str(python), '["-q"]')
