"""Code under test that ends the run with 0 makes nothing green: what it kept from running is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from agent_ci.core.frameworks.elixir import ExUnit
from agent_ci.core.frameworks.framework import Framework, Place, Step
from agent_ci.core.frameworks.php import PhpUnit
from agent_ci.core.frameworks.ruby import Minitest, Rspec
from agent_ci.core.report import TestCase
from agent_ci.errors import UnsupportedError
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.sandboxes.none import NoSandbox
from tests.frameworks.fixing import around, needs
from tests.frameworks.test_fix_other_languages import PROJECTS
from tests.trees import Files

SILENT: dict[str, tuple[Framework, Mapping[str, str]]] = {
    "minitest": (Minitest(), {"lib/money.rb": "def half(amount)\n  exit!(0)\nend\n"}),
    "rspec": (Rspec(), {"lib/money.rb": "exit!(0)\n"}),
    "phpunit": (PhpUnit(), {"src/money.php": "<?php\nnamespace Shop;\nfunction half(int $amount): int { exit(0); }\n"}),
    "exunit": (ExUnit(), {"lib/money.ex": "defmodule Money do\n  def half(_), do: System.halt(0)\nend\n"}),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_run_that_the_code_under_test_ends_is_not_green(name: str) -> None:
    project, (framework, changed) = PROJECTS[name], SILENT[name]
    needs(*project.programs)
    with NoSandbox(dict(around())).open(Files({**project.files, **changed})) as workspace:
        runner = FrameworkRunner(framework, "", workspace.root, around())
        with pytest.raises(UnsupportedError, match=r"left no report|it is empty"):
            runner.run(workspace, timeout=60)
        assert not set(project.red) & set(runner.run(workspace, only=project.red, timeout=60).statuses)


@dataclass(frozen=True)
class Lazy:
    """A framework that runs nothing, and whose reports lie in the project as those of Maven and Gradle do."""

    name = "lazy"
    command = ("true",)

    def steps(self, _place: Place, _only: tuple[str, ...]) -> tuple[Step, ...]:
        return (Step(("true",), ("target/TEST-*.xml",)),)

    def id_of(self, case: TestCase, _place: Place) -> str:
        return case.name


def test_a_report_that_is_part_of_the_commit_says_nothing() -> None:
    forged = '<testsuite><testcase name="half" classname="half"/></testsuite>\n'
    with NoSandbox(dict(around())).open(Files({"target/TEST-half.xml": forged})) as workspace:
        runner = FrameworkRunner(Lazy(), "", workspace.root, around())
        with pytest.raises(UnsupportedError, match="left no report"):
            runner.run(workspace, timeout=60)
