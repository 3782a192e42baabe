from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.go import Go
from agent_ci.core.frameworks.javascript import Jest, Vitest
from agent_ci.core.frameworks.jvm import Maven
from agent_ci.core.frameworks.screens import Result
from agent_ci.errors import UnsupportedError
from agent_ci.ports import Version
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.screening import Screen
from agent_ci.sandboxes.none import NoSandbox
from bench.selectors import javascript
from bench.selectors.ecosystem import MissingToolError
from tests.trees import Files

GREEN, RED, ENDLESS = Result(3, 0, 1, 1), Result(2, 1, 1, 1), Result(0, 0, 1, 0)


def screen(results: Mapping[bytes, Result], starts: list[list[int]], *, most: int = 9) -> Screen:
    """One whose starts say of each content what *results* does, up to the first that does not end."""

    def start(versions: Mapping[int, Version], _limit: float, _seconds: float) -> Mapping[int, Result]:
        starts.append([*versions])
        found: dict[int, Result] = {}
        for number, (_, data) in versions.items():
            found[number] = results[data]
            if found[number].begun > found[number].ended:
                break
        return found

    return Screen(start, 1, most, total=3)


def versions(*texts: bytes) -> list[Version]:
    return [("a.js", text) for text in texts]


def test_a_version_passes_where_all_tests_that_there_are_pass() -> None:
    results = {b"green": GREEN, b"red": RED, b"fewer": Result(2, 0, 1, 1), b"half": Result(3, 0, 1, 0)}

    assert screen(results, []).passing(versions(*results), timeout=9) == {0}


def test_a_version_that_never_ends_does_not_keep_the_others_from_being_tried() -> None:
    starts: list[list[int]] = []
    judge = screen({b"green": GREEN, b"endless": ENDLESS, b"red": RED}, starts)

    assert judge.passing(versions(b"red", b"endless", b"green", b"endless", b"green"), timeout=9) == {2, 4}
    assert starts == [[0, 1, 2, 3, 4], [2, 3, 4], [4]]


def test_a_start_that_says_nothing_is_not_made_again() -> None:
    starts: list[list[int]] = []

    def start(given: Mapping[int, Version], _limit: float, _seconds: float) -> Mapping[int, Result]:
        starts.append([*given])
        return {}

    nothing = Screen(start, 1, 2, total=3)
    assert nothing.passing(versions(b"", b"", b""), timeout=9) == frozenset()
    assert starts == [[0, 1], [2]]


@pytest.mark.parametrize("result", [GREEN, ENDLESS, Result(1, 1, 1, 1)], ids=["green", "endless", "fewer pass"])
def test_where_the_sources_as_they_are_do_otherwise_than_alone_nothing_is_tried_at_once(result: Result) -> None:
    with pytest.raises(UnsupportedError, match="do otherwise"):
        screen({b"": result}, []).measured(green=2, deadline=Deadline.after(9))
    assert screen({b"": RED}, []).measured(green=2, deadline=Deadline.after(9)).total == 3


def made(framework: Framework, files: Mapping[str, str], checkout: Path, ids: tuple[str, str], wrong: Version) -> None:
    """See that of three versions the one that is right passes, and neither *wrong* nor the red one does."""
    path = wrong[0]
    runner = FrameworkRunner(framework, "", checkout, dict(os.environ))
    box = NoSandbox({"PATH": f"{checkout}/bin:{os.environ['PATH']}", "HOME": os.environ["HOME"]})
    with box.open(Files(files)) as workspace:
        judge = runner.screen(workspace, Files(files), ids[:1], ids[1:], timeout=60)
        text = files[path].encode()
        tried = [(path, text), wrong, (path, text.replace(b"a - b", b"a + b"))]
        assert judge.passing(tried, timeout=60) == {2}
        if (workspace.root / path).exists():
            assert (workspace.root / path).read_bytes() == text


TESTS = "test('adds', () => { expect(add(1, 2)).toBe(3); });\ntest('leaves', () => { expect(add(1, 0)).toBe(1); });\n"


@pytest.mark.parametrize("framework", [Jest(), Vitest()], ids=["jest", "vitest"])
def test_versions_of_javascript_are_tried_in_one_start(framework: Framework, tmp_path: Path) -> None:
    try:
        javascript.prepare(tmp_path)
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    source, head = "exports.add = (a, b) => a - b;\n", "const { add } = require('./add');\n"
    if isinstance(framework, Vitest):
        source = "export const add = (a: number, b: number) => a - b;\n"
        head = "import { expect, test } from 'vitest';\nimport { add } from './add';\n"
    ending = "ts" if isinstance(framework, Vitest) else "js"
    path, test = f"add.{ending}", f"add.test.{ending}"
    files = {path: source, test: head + TESTS, "package.json": '{"name": "one"}\n'}
    wrong = source.replace("=> a - b", "=> { for (;;); }" if ending == "js" else "=> b")
    made(framework, files, tmp_path, (f"{test}::adds", f"{test}::leaves"), (path, wrong.encode()))


def test_what_takes_one_version_at_a_time_says_so(tmp_path: Path) -> None:
    runner = FrameworkRunner(Go(), "", tmp_path, {})
    with NoSandbox({}).open(Files({"go.mod": ""})) as workspace, pytest.raises(UnsupportedError, match="one version"):
        runner.screen(workspace, Files({"go.mod": ""}), ("p::TestA",), (), timeout=9)


def test_a_tree_of_many_files_is_not_copied(tmp_path: Path) -> None:
    files = {f"{number}.js": "" for number in range(2_000)}
    runner = FrameworkRunner(Jest(), "", tmp_path, {})
    with NoSandbox({}).open(Files({})) as workspace, pytest.raises(UnsupportedError, match="too many files"):
        runner.screen(workspace, Files(files), ("a.test.js::adds",), (), timeout=9)


JARS = ("junit/junit/4.13.2/junit-4.13.2.jar", "org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar")
SUM = "package p;\n\npublic final class Sum {\n    static int add(int a, int b) {\n        return a - b;\n    }\n}\n"
SUM_TEST = """package p;

public final class SumTest {
    @org.junit.Test
    public void adds() {
        org.junit.Assert.assertEquals(3, Sum.add(1, 2));
    }

    @org.junit.Test
    public void leaves() {
        org.junit.Assert.assertEquals(1, Sum.add(1, 0));
    }
}
"""
# What Maven compiles and says of it, without the seconds that its start costs.
MVN = """#!/bin/sh
mkdir -p target/test-classes target/classes
javac -J-XX:TieredStopAtLevel=1 -d target/classes Sum.java
javac -J-XX:TieredStopAtLevel=1 -cp JARS:target/classes -d target/test-classes SumTest.java
echo "[DEBUG] test classpath:  $PWD/target/test-classes  $PWD/target/classes"
echo "[DEBUG] provider classpath:  $(echo JARS | sed 's/:/  /g')"
"""


def test_versions_of_java_are_tried_in_one_jvm(tmp_path: Path) -> None:
    jars = [Path.home() / ".m2/repository" / jar for jar in JARS]
    if not all(jar.is_file() for jar in jars) or shutil.which("javac") is None:
        pytest.skip("this is NOT tested: javac cannot be found, or Maven did not download JUnit 4.13.2 here yet")
    program = tmp_path / "bin/mvn"
    program.parent.mkdir()
    program.write_text(MVN.replace("JARS", ":".join(map(str, jars))), encoding="utf-8")
    program.chmod(0o755)
    files, wrong = (
        {"Sum.java": SUM, "SumTest.java": SUM_TEST},
        ("Sum.java", SUM.replace("return a - b", "for (;;) {}").encode()),
    )
    made(Maven(), files, tmp_path, ("p.SumTest::adds", "p.SumTest::leaves"), wrong)
