from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Workspace
from agent_ci.runners.command import AnyCommand

Open = Callable[[Mapping[str, str]], Workspace]
REPORT = (
    '<testsuite><testcase classname="A" name="x"/><testcase classname="A" name="y"><failure/></testcase></testsuite>'
)


def shell(script: str) -> AnyCommand:
    return AnyCommand(("sh", "-c", script), ("out/*.xml",))


def test_the_reports_that_a_command_leaves_are_read(workspace: Open) -> None:
    files = {"report": REPORT}
    assert shell("mkdir out; cp report out/r.xml; false").run(workspace(files), timeout=30).ids() == ("A::x", "A::y")


def test_a_selection_shows_only_the_cases_asked_for(workspace: Open) -> None:
    run = shell("mkdir out; cp report out/r.xml")
    assert run.run(workspace({"report": REPORT}), only=("A::y",), timeout=30).ids() == ("A::y",)


def test_a_report_that_is_part_of_the_commit_says_nothing_about_the_run(workspace: Open) -> None:
    with pytest.raises(UnsupportedError, match="no report was left at"):
        shell("true").run(workspace({"out/r.xml": REPORT}), timeout=30)


def test_a_command_that_hangs_or_is_missing_is_infrastructure(workspace: Open) -> None:
    with pytest.raises(InfrastructureError, match="did not finish within 1 s"):
        shell("sleep 30").run(workspace({}), timeout=1)
    with pytest.raises(InfrastructureError, match="cannot be started"):
        AnyCommand(("no-such-program",), ("*.xml",)).run(workspace({}), timeout=5)


def test_a_command_that_a_limit_ended_is_infrastructure(cramped: Open) -> None:
    with pytest.raises(InfrastructureError, match="the tests were ended: its files took 2 MiB of disk"):
        shell("head -c 2000000 /dev/zero > big; sleep 30").run(cramped({}), timeout=60)
