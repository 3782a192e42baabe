"""A bug as a red project of its ecosystem: its files, its tests, and how these are run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.go import Go
from agent_ci.core.frameworks.javascript import Jest, Vitest
from agent_ci.core.frameworks.jvm import Maven
from agent_ci.ports import Runner
from agent_ci.runners.command import AnyCommand
from agent_ci.runners.framework import FrameworkRunner
from bench.search.elsewhere.bug import Bug, pairs
from bench.search.elsewhere.go_bugs import GO
from bench.search.elsewhere.java_bugs import JAVA
from bench.search.elsewhere.java_number_bugs import JAVA_NUMBERS
from bench.search.elsewhere.javascript_bugs import JAVASCRIPT
from bench.search.elsewhere.more_go_bugs import MORE_GO
from bench.search.elsewhere.more_java_bugs import MORE_JAVA
from bench.search.elsewhere.typescript_bugs import TYPESCRIPT
from bench.selectors import javascript, maven

_NODE = ("node", "--test", "--test-reporter=junit", "--test-reporter-destination=report.xml")


@dataclass(frozen=True)
class Project:
    """*bug* with its module at *path* beside *files*; *tests* writes checks as the file of tests *test_path*."""

    bug: Bug
    kind: str
    path: str
    test_path: str
    files: Mapping[str, str]
    tests: Callable[[str], str]
    runner: Callable[[Path], Runner]
    prepare: Callable[[Path], None] = lambda _checkout: None

    def tree(self, text: str, checks: str) -> Mapping[str, str]:
        """Its files, where the module reads *text* and the tests are *checks*."""
        return {**self.files, self.path: text, self.test_path: self.tests(checks)}

    @property
    def red(self) -> Mapping[str, str]:
        """Its files with the bug."""
        return self.tree(self.bug.broken, self.bug.checks)


def projects() -> Iterator[Project]:
    """All bugs; those in JavaScript take turns between node's own runner and jest."""
    for number, bug in enumerate(JAVASCRIPT):
        yield _of_jest(bug) if number % 2 else _of_node(bug)
    yield from map(_of_vitest, TYPESCRIPT)
    yield from map(_of_go, (*GO, *MORE_GO))
    yield from map(_of_maven, (*JAVA, *JAVA_NUMBERS, *MORE_JAVA))


def _of_node(bug: Bug) -> Project:
    def tests(checks: str) -> str:
        head = (
            "const test = require('node:test');\nconst assert = require('node:assert');\n"
            "const m = require('./subject');\n"
        )
        return head + _calls(checks, "assert.deepStrictEqual({got}, {want});")

    return Project(
        bug, "node", "subject.js", "subject.test.js", {"package.json": "{}\n"}, tests,
        lambda _checkout: AnyCommand(_NODE, ("report.xml",)),
    )  # fmt: skip


def _of_jest(bug: Bug) -> Project:
    def tests(checks: str) -> str:
        return "const m = require('./subject');\n" + _calls(checks, "expect({got}).toEqual({want});")

    return Project(
        bug, "jest", "subject.js", "subject.test.js", {"package.json": "{}\n"}, tests, _by(Jest()), javascript.prepare
    )


def _of_vitest(bug: Bug) -> Project:
    def tests(checks: str) -> str:
        head = "import { expect, test } from 'vitest';\nimport * as m from './subject';\n"
        return head + _calls(checks, "expect({got}).toEqual({want});")

    files = {"package.json": '{"type": "module"}\n'}
    return Project(bug, "vitest", "subject.ts", "subject.test.ts", files, tests, _by(Vitest()), javascript.prepare)


def _of_go(bug: Bug) -> Project:
    def tests(checks: str) -> str:
        cases = [
            f"func TestCase{number}(t *testing.T) {{\n\tgot, want := {got}, {want}\n"
            f'\tif !reflect.DeepEqual(got, want) {{\n\t\tt.Errorf("got %#v, want %#v", got, want)\n\t}}\n}}\n'
            for number, (got, want) in enumerate(pairs(checks), 1)
        ]
        return 'package subject\n\nimport (\n\t"reflect"\n\t"testing"\n)\n\n' + "\n".join(cases)

    files = {"go.mod": "module example.com/subject\n\ngo 1.19\n"}
    return Project(bug, "go", "subject.go", "subject_test.go", files, tests, _by(Go()))


def _of_maven(bug: Bug) -> Project:
    def tests(checks: str) -> str:
        cases = [
            f"    @Test\n    void case{number}() {{\n        assertEquals({want}, {got});\n    }}\n"
            for number, (got, want) in enumerate(pairs(checks), 1)
        ]
        head = "import static org.junit.jupiter.api.Assertions.assertEquals;\n\nimport java.util.*;\n"
        head += "import org.junit.jupiter.api.Test;\n\n"
        return f"package subject;\n\n{head}class SubjectTest {{\n" + "\n".join(cases) + "}\n"

    return Project(
        bug, "maven", "src/main/java/subject/Subject.java", "src/test/java/subject/SubjectTest.java",
        {"pom.xml": maven.POM}, tests, _by(Maven()), maven.prepare,
    )  # fmt: skip


def _by(framework: Framework) -> Callable[[Path], Runner]:
    return lambda checkout: FrameworkRunner(framework, "", checkout, dict(os.environ))


def _calls(checks: str, claim: str) -> str:
    return "".join(
        f"test({json.dumps(f'{number}: {got}')}, async () => {{\n  {claim.format(got=got, want=want)}\n}});\n"
        for number, (got, want) in enumerate(pairs(checks), 1)
    )
