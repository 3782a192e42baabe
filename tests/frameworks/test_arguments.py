"""What a user's command adds is given to the real tool as it was typed, and for a selection without what it chooses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_ci.core.frameworks.cargo import Cargo
from agent_ci.core.frameworks.cmake import CTest
from agent_ci.core.frameworks.elixir import ExUnit
from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.javascript import Jest, Mocha
from agent_ci.core.frameworks.php import PhpUnit
from agent_ci.core.report import Status, TestReport
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.sandboxes.none import NoSandbox
from bench.selectors import javascript
from bench.selectors.ecosystem import MissingToolError
from tests.frameworks.fixing import around, needs
from tests.trees import Files


@dataclass(frozen=True)
class Given:
    """A green project; *framework* with arguments runs the tests *whole*, and *one* alone, where it is asked for."""

    program: str
    framework: Framework
    files: Mapping[str, str]
    whole: tuple[str, ...]
    one: str
    prepare: Callable[[Path], None] = lambda _checkout: None


TWO = "test('x', () => {});\ntest('y', () => {});\n"
MIX = """defmodule A.MixProject do
  use Mix.Project
  def project, do: [app: :a, version: "0.1.0"]
end
"""
EXUNIT = """defmodule ATest do
  use ExUnit.Case
  @tag :fast
  test "x", do: :ok
  @tag :slow
  test "y", do: :ok
  test "z", do: :ok
end
"""
PHP = """<?php
final class ATest extends PHPUnit\\Framework\\TestCase {
    public function testX(): void { $this->assertTrue(true); }
    public function testY(): void { $this->assertTrue(true); }
}
"""
CMAKE = """cmake_minimum_required(VERSION 3.20)
project(a NONE)
enable_testing()
add_test(NAME x COMMAND ${CMAKE_COMMAND} -E true)
add_test(NAME y COMMAND ${CMAKE_COMMAND} -E true)
"""
GIVEN = {
    "jest": Given(
        "npx",
        Jest(("-w", "1", "--testPathIgnorePatterns", "e2e", "--reporters", "default", "--outputFile=x", "-t", "x")),
        {"package.json": "{}", "a.test.js": TWO, "e2e/b.test.js": TWO},
        ("a.test.js::x",),
        "a.test.js::y",
        javascript.prepare,
    ),
    "mocha": Given(
        "npx",
        Mocha(("-t", "5000", "-R", "dot", "-i", "-g", "x", "--spec", "a.js", "b.js")),
        {"package.json": "{}", "a.js": TWO.replace("test", "it"), "b.js": TWO.replace("test", "it")},
        ("a.js::y", "b.js::y"),
        "a.js::x",
        javascript.prepare,
    ),
    "cargo": Given(
        "cargo",
        Cargo(("--no-fail-fast", "-j", "1", "--", "--test-threads", "1", "--skip", "y", "--exact")),
        {"Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\n', "src/lib.rs": "#[test]\nfn x() {}\n"},
        ("a (lib)::x",),
        "a (lib)::x",
    ),
    "mix": Given(
        "mix",
        ExUnit(("--seed", "0", "--exclude", "slow", "--only", "fast")),
        {"mix.exs": MIX, "test/test_helper.exs": "ExUnit.start()\n", "test/a_test.exs": EXUNIT},
        ("test/a_test.exs::ATest::test x",),
        "test/a_test.exs::ATest::test y",
    ),
    "phpunit": Given(
        "phpunit",
        PhpUnit(("--log-junit", "mine.xml", "--filter", "testX", "tests")),
        {"tests/ATest.php": PHP},
        ("ATest::testX",),
        "ATest::testY",
    ),
    "ctest": Given(
        "ctest",
        CTest(("-R", "x")),
        {"CMakeLists.txt": CMAKE},
        ("x",),
        "y",
    ),
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_the_arguments_of_a_user_are_heard(given: Given, tmp_path: Path) -> None:
    needs(given.program)
    try:
        given.prepare(tmp_path)
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    runner = FrameworkRunner(given.framework, "", tmp_path, around())
    with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(given.files)) as workspace:
        whole = runner.run(workspace, timeout=120)
        one = runner.run(workspace, only=(given.one,), timeout=120)
    assert (passed(whole), passed(one)) == (given.whole, (given.one,))


def passed(report: TestReport) -> tuple[str, ...]:
    green = (case.id for case in report.cases if case.status is Status.PASSED)
    return tuple(sorted(id_ for id_ in green if not id_.startswith("build (")))
