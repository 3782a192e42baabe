"""What --run means is read from its words and from the files of the repository."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from agent_ci import registry, toolchains
from agent_ci.audit import AuditLog
from agent_ci.core.budget import Budget
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import UsageError
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.several import Several
from agent_ci.sandboxes.none import NoSandbox
from agent_ci.settings import checked, merged
from tests.trees import Files

SCRIPTS = {
    "jest --ci": {"runner": "jest", "command": "npm test"},
    "jest && eslint .": {"runner": "check", "command": "npm test", "also": "jest"},
    "jest -t 'open": {"runner": "check", "command": "npm test", "also": "jest"},
}


@pytest.mark.parametrize(("script", "toolchain"), SCRIPTS.items(), ids=SCRIPTS)
def test_a_script_is_run_as_typed_where_it_is_more_than_one_command(
    script: str, toolchain: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "node_modules" / "jest"
    folder.mkdir(parents=True)
    path = folder / "npx"  # nothing is started; it has to be there
    path.touch(mode=0o755)
    package = json.dumps({"scripts": {"test": script}, "devDependencies": {"jest": "*"}})
    settings = merged(checked({"repository": str(tmp_path), "run": "npm test"}, source="the test"))
    journal = AuditLog(tmp_path / "audit.jsonl", Outward())
    setup = registry.Setup(settings, {"PATH": os.fspath(folder)}, journal, Budget())
    runner = toolchains.runner(setup, NoSandbox({}), Files({"package.json": package}))
    assert {key: told for key, told in runner.toolchain.items() if key != "reproduce"} == toolchain
    several = runner.runners if isinstance(runner, Several) else (runner,)
    alone = [one.is_alone for one in several if isinstance(one, FrameworkRunner)]
    assert alone == [len(several) == 1] * len(several)  # what is compiled is kept where nothing else runs before it


SERVICE = {
    "services/a/setup.py": "",
    "services/a/test_a.py": "",
    "web/package.json": json.dumps({"scripts": {"test": "jest"}}),
}
INTO = {
    "pytest": ("cd services/a && {python} -m pytest -q", {"runner": "pytest", "pytest_folders": '["services/a"]'}),
    "from here": (
        "cd ./services/a/ && {python} -m pytest",
        {"pytest_folders": '["services/a"]', "pythonpath": "services/a"},
    ),
    "no other folder": ("cd . && {python} -m pytest", {"pythonpath": ".", "pytest_paths": "[]"}),
    "a framework": (
        "cd web && npx jest --ci",
        {"runner": "jest", "folder": "web", "command": "cd web && npx jest --ci"},
    ),
    "a script": ("cd web && npm test", {"runner": "jest", "folder": "web"}),
}


def chosen(tmp_path: Path, run: str) -> dict[str, str]:
    settings = merged(checked({"repository": str(tmp_path), "run": run}, source="the test"))
    setup = registry.Setup(settings, dict(os.environ), AuditLog(tmp_path / "audit.jsonl", Outward()), Budget())
    return dict(toolchains.runner(setup, NoSandbox(dict(os.environ)), Files(SERVICE)).toolchain)


@pytest.mark.parametrize(("run", "told"), INTO.values(), ids=INTO)
def test_a_command_may_go_to_a_folder_first(run: str, told: dict[str, str], tmp_path: Path) -> None:
    found = chosen(tmp_path, run.format(python=sys.executable))
    assert {key: found.get(key) for key in told} == told


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        ("cd services/b && pytest", "'services/b', which is no folder of the repository"),
        ("cd ../x && pytest", "'../x', which is no folder of the repository"),
        ("cd /etc && pytest", "'/etc', which is no folder of the repository"),
        ("cd web && make test", "set `shell: true`"),
        ("cd services/a && python -m unittest", "have pytest run those of a folder"),
    ],
)
def test_a_folder_that_cannot_be_gone_to_is_a_mistake(run: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        chosen(tmp_path, run)


def test_a_program_of_an_environment_that_no_copy_has_is_started_where_it_is(tmp_path: Path) -> None:
    for path in (".venv/pyvenv.cfg", ".venv/bin/lint", "tools/bin/lint"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch(mode=0o755)
    runs = (".venv/bin/lint --all", "tools/bin/lint --all", ".venv/bin/gone")
    told = [chosen(tmp_path, run)["reproduce"].rpartition(" && ")[2] for run in runs]
    assert told == [f"{tmp_path}/.venv/bin/lint --all", "tools/bin/lint --all", ".venv/bin/gone"]
