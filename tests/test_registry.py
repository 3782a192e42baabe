"""What --run means is read from its words and from the files of the repository."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agent_ci import registry, toolchains
from agent_ci.audit import AuditLog
from agent_ci.core.budget import Budget
from agent_ci.core.outward.writer import Outward
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
