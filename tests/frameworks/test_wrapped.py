"""A red suite is repaired where it runs: in tox's environment, and each of several projects in its own folder."""

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


def test_services_side_by_side_are_each_run_in_their_folder_and_repaired(tmp_path: Path) -> None:
    services = {
        f"services/{name}/{path}": text
        for name, operator in (("a", "+"), ("b", "-"))
        for path, text in {
            "pyproject.toml": "[tool.pytest.ini_options]\n",
            "src/app/__init__.py": "",
            f"src/app/{name}.py": f"def add(a, b):\n    return a {operator} b\n",
            f"tests/test_{name}.py": f"import os\nfrom app.{name} import add\n\n\ndef test_add():\n"
            f"    assert os.listdir('src') == ['app']\n    assert add(1, 2) == 3\n\n\n"
            "def test_more():\n    assert add(2, 5) == 7\n",
        }.items()
    }
    red = "services/b/tests/test_b.py"
    repository = RedRepository.make(tmp_path, services)
    run = repository.run(run="", repeat=1, proposer=("search",))
    assert run.outcome == "fixed", run.document["reason"]
    assert run.document["patch"]["files"] == ["services/b/src/app/b.py"]
    assert run.document["before"]["failed"] == [f"{red}::test_add", f"{red}::test_more"]
    assert run.document["before"]["passed"] == [f"services/a/tests/test_a.py::test_{name}" for name in ("add", "more")]
    explanation = (tmp_path / "out" / "explanation.md").read_text(encoding="utf-8")
    assert "cd services/b && pip install -e . && " in explanation
