from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from agent_ci.core.frameworks.framework import Framework, Place
from agent_ci.core.frameworks.go import Go
from agent_ci.core.frameworks.javascript import Jest, Vitest
from agent_ci.core.frameworks.screens import COPYING, Result, Start, class_paths, is_screened, methods, read_results

PLACE = Place(PurePosixPath("/copies/0"), PurePosixPath("/out"), PurePosixPath("/out/desk"))
START = Start(("/copies/0", "/copies/1"), "/copies", "/out/results.jsonl", 5.0)
IDS = ("a.test.js::adds", "b.test.js::costs $1")


def test_what_was_begun_and_did_not_end_can_be_told_from_what_did() -> None:
    lines = ['{"number":0}', '{"number":0,"passed":2,"failed":1}', '{"number":0}', '{"number":7}']

    assert read_results(lines) == {0: Result(2, 1, begun=2, ended=1), 7: Result(begun=1)}


@pytest.mark.parametrize("line", ["", "[", "[" * 100_000, "7", '{"passed":1}', '{"number":"0"}', '{"number":true}'])
def test_a_line_that_tests_wrote_between_ours_is_left_out(line: str) -> None:
    assert read_results([line, '{"number":1}']) == {1: Result(begun=1)}


@pytest.mark.parametrize("framework", [Jest(), Vitest()], ids=["jest", "vitest"])
def test_one_start_has_the_files_of_the_tests_in_every_copy(framework: Framework) -> None:
    step = COPYING[framework.name](framework, PLACE, IDS, START)

    wanted = [f"/copies/{number}/{file}.test.js" for number in (0, 1) for file in "ab"]
    assert list(step.argv[-4:]) == wanted
    assert r"^(?:adds|costs \$1)$" in step.argv


def test_a_file_that_is_wanted_as_a_whole_is_not_narrowed_by_titles() -> None:
    step = COPYING["jest"](Jest(), PLACE, (*IDS, "c.test.js"), START)

    assert "--testNamePattern" not in step.argv


@pytest.mark.parametrize("word", ["--config=x.js", "-c", "--projects", "--rootDir=src"])
def test_a_command_that_names_its_settings_or_sources_takes_one_version_at_a_time(word: str) -> None:
    assert is_screened(Jest(("--coverage",)))
    assert not is_screened(Jest((word, "x.js")))
    assert not is_screened(Go())


def test_maven_tells_the_class_path_of_each_module_and_of_what_starts_its_tests() -> None:
    output = (
        "[DEBUG] test classpath:  /a/test-classes  /a/classes  /m2/junit.jar\n"
        "[DEBUG] provider classpath:  /m2/provider.jar  /m2/junit.jar\n"
        "[DEBUG] test(compact) classpath:  test-classes\n"
        "[DEBUG] test classpath:  /b b/test-classes\n"
        "[DEBUG] provider classpath:  /m2/provider.jar\n"
    )

    first = ("/a/test-classes", "/a/classes", "/m2/junit.jar", "/m2/provider.jar")
    assert class_paths(output) == (first, ("/b b/test-classes", "/m2/provider.jar"))


def test_invocations_are_their_method_once_and_names_for_people_are_none() -> None:
    ids = ("p.ATest::each(int)[1]", "p.ATest::each(int)[2]", "p.ATest::adds", "p.ATest::a name, for people", "p.ATest")

    assert methods(ids) == ("p.ATest::each", "p.ATest::adds")
