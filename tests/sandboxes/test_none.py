from __future__ import annotations

import os
from pathlib import Path

from agent_ci.ports import Command, Completed
from agent_ci.sandboxes.none import NoSandbox
from tests.trees import Files

PATH = {"PATH": os.environ["PATH"]}


def sh(script: str) -> Command:
    return Command(("sh", "-c", script), timeout=30)


def test_commands_run_in_a_copy_that_is_gone_afterwards() -> None:
    with NoSandbox(PATH).open(Files({"a.txt": "x"})) as workspace:
        assert workspace.run(sh("cat a.txt; echo; echo y > b.txt; pwd")).output.split() == ["x", str(workspace.root)]
        root, outbox = workspace.root, workspace.outbox
        assert not outbox.is_relative_to(root)
    assert not root.exists()
    assert not outbox.exists()


def test_two_runs_share_nothing() -> None:
    sandbox = NoSandbox(PATH)
    for _ in range(2):
        with sandbox.open(Files({})) as workspace:
            assert (
                workspace.run(sh("ls -A . $HOME $TMPDIR; touch left $HOME/left $TMPDIR/left")).output.count("left") == 0
            )


def test_the_environment_is_what_was_given_and_nothing_else() -> None:
    os.environ["AGENT_CI_TEST_CANARY"] = "canary"
    try:
        with NoSandbox({**PATH, "NAMED": "1"}).open(Files({})) as workspace:
            names = {line.partition("=")[0] for line in workspace.run(sh("env")).output.splitlines()}
    finally:
        del os.environ["AGENT_CI_TEST_CANARY"]
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "NAMED", "HOME", "TMPDIR"}


def test_there_is_no_git_unless_asked_for_and_then_one_commit() -> None:
    with NoSandbox(PATH).open(Files({"a.txt": "x"})) as workspace:
        assert workspace.run(sh("git log")).exit_code != 0
        assert not Path(workspace.root, ".git").exists()
    with NoSandbox(PATH, has_git=True).open(Files({"a.txt": "x"})) as workspace:
        assert workspace.run(sh("git log --format=%s; git status --porcelain")).output == "The commit that is judged\n"


def test_every_process_is_observed_and_the_isolation_is_called_none() -> None:
    seen: list[Completed] = []
    sandbox = NoSandbox(PATH, seen.append)
    with sandbox.open(Files({})) as workspace:
        workspace.run(sh("exit 3"))
    assert [done.exit_code for done in seen] == [3]
    assert (sandbox.isolation.tier, len(sandbox.isolation.lacks)) == ("none", 3)
