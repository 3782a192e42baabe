"""Whole searches on small red projects of JavaScript, with a real node and the runner of any command."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.operators import Candidate
from agent_ci.core.edits.syntax import SourceFile
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.ports import Runner, Workspace
from agent_ci.proposers.search.answers import Survivor
from agent_ci.proposers.search.checkpoints import Checkpoint
from agent_ci.proposers.search.confidence import Grade, confidence
from agent_ci.proposers.search.hunt import Hunt
from agent_ci.proposers.search.proposer import Search
from agent_ci.proposers.search.trials import Trials
from agent_ci.runners.command import AnyCommand
from agent_ci.sandbox_kit.source import Splice
from agent_ci.sandboxes.none import NoSandbox
from tests.red import RedRepository
from tests.trees import Files

CLAMP = """exports.clamp = function clamp(value, low, high) {
  if (value < low) {
    return low;
  }
  return value > high ? low : value;
};
"""
CHECK = """const fs = require('node:fs');
const { clamp } = require('./clamp.js');
const cases = { inside: [clamp(5, 1, 9), 5], below: [clamp(0, 1, 9), 1], above: [clamp(12, 1, 9), 9] };
const rows = Object.entries(cases).map(([name, [got, want]]) => {
  const failure = got === want ? '' : `<failure message="${got} !== ${want}"/>`;
  return `<testcase classname="clamp" name="${name}" file="clamp.test.js">${failure}</testcase>`;
});
fs.writeFileSync('report.xml', `<testsuite>${rows.join('')}</testsuite>`);
"""
FILES = {"clamp.js": CLAMP, "clamp.test.js": CHECK}
RUNNER = AnyCommand(("node", "clamp.test.js"), ("report.xml",))


@pytest.fixture(autouse=True)
def _node() -> None:
    if shutil.which("node") is None:
        pytest.skip("this is NOT tested: node cannot be found")


def sandbox() -> NoSandbox:
    return NoSandbox({"PATH": os.environ["PATH"]})


@dataclass(frozen=True)
class Workbench:
    tree: Files
    seconds: float = 60.0

    def question(self, _attempts: tuple[Attempt, ...]) -> str:
        return ""

    def open(self) -> AbstractContextManager[Workspace]:
        return sandbox().open(self.tree)

    def seconds_left(self) -> float:
        return self.seconds


def evidence(files: Mapping[str, str], runner: Runner = RUNNER) -> Evidence:
    with sandbox().open(Files(files)) as workspace:
        report = runner.run(workspace, timeout=30)
    return Evidence("fix", "red", before=report, targets=report.red, toolchain=runner.toolchain)


def offers(files: Mapping[str, str], *, most: int = 60, seen: Evidence | None = None) -> list[Reply]:
    search = Search(runner=RUNNER, max_candidates=most)
    session = search.propose(seen or evidence(files), (), Workbench(Files(files)))
    found: list[Reply] = []
    try:
        found.append(next(session))
        while True:
            found.append(session.send(Attempt(found[-1], objections=("not believed",))))
    except StopIteration:
        return found


def test_a_bug_in_javascript_is_repaired_and_proven(tmp_path: Path) -> None:
    small = "exports.clamp = function clamp(value, low, high) {\n  return value > high ? low : value;\n};\n"
    check = CHECK.replace("below: [clamp(0, 1, 9), 1], ", "")
    repository = RedRepository.make(tmp_path, {"clamp.js": small, "clamp.test.js": check})
    run = repository.run(run="node clamp.test.js", report=("report.xml",), proposer=("search",), repeat=1)
    assert run.outcome == "fixed", run.document
    assert "+  return value > high ? high : value;" in run.patch
    cause = "`clamp.js:2` (`clamp`) has `low`; the failing test needs `high`."
    assert run.document["attempts"][0]["cause"] == cause


NEVER_EDITED = ("tests/clamp.js", "jest.setup.js", "clamp.d.ts", ".github/clamp.js")


@pytest.mark.parametrize("path", NEVER_EDITED)
def test_neither_tests_nor_what_is_protected_is_edited(path: str) -> None:
    files = {path: CLAMP, "clamp.test.js": CHECK.replace("./clamp.js", f"./{path}")}
    assert offers(files, seen=red("clamp.test.js::clamp::above")) == []


def red(id_: str) -> Evidence:
    report = TestReport.of(TestCase(id_, Status.FAILED, file="clamp.test.js"))
    return Evidence("fix", "red", before=report, targets=report.red, toolchain=RUNNER.toolchain)


def test_tests_that_pass_alone_are_not_searched_for() -> None:
    green = {**FILES, "clamp.js": CLAMP.replace("? low", "? high")}
    assert "pass when they are run alone" in offers(green, seen=evidence(FILES))[0].objection


def test_a_language_that_is_not_known_is_not_searched() -> None:
    seen = replace(red("a.rb::x"), toolchain={"runner": "rspec", "command": "rspec"})
    assert offers({"a.rb": "", "app.js": CLAMP}, seen=seen) == []


def test_the_number_of_candidates_is_limited() -> None:
    assert "tried 2 candidates" in offers(FILES, most=2)[0].note


@pytest.fixture
def trials() -> Iterator[Trials]:
    seen = evidence(FILES)
    with sandbox().open(Files(FILES)) as workspace:
        yield Trials(workspace, RUNNER, seen, time.monotonic() + 20)


def test_an_edit_that_never_ends_costs_its_limit_and_no_more(trials: Trials) -> None:
    trials.limit, started = 1.0, time.monotonic()
    assert not trials.survives("clamp.js", CLAMP.replace("return low;", "for (;;);").encode())
    assert 1 <= time.monotonic() - started < 10
    assert trials.survives("clamp.js", CLAMP.replace("? low", "? high").encode())


def test_an_edit_that_breaks_a_passing_test_does_not_survive(trials: Trials) -> None:
    assert not trials.survives("clamp.js", b"exports.clamp = () => 9;\n")


def test_nothing_is_written_through_a_link_that_was_left(trials: Trials, tmp_path: Path) -> None:
    outside, place = tmp_path / "outside.js", trials.workspace.root / "clamp.js"
    outside.write_text("kept", encoding="utf-8")
    place.unlink()
    place.symlink_to(outside)
    trials.put("clamp.js", b"new")
    assert (outside.read_text(encoding="utf-8"), place.read_bytes(), place.is_symlink()) == ("kept", b"new", False)


@dataclass(frozen=True)
class Reader:
    """A runner that finds its one test green where the file at *path* holds *wanted*: nothing has to be built."""

    path: str
    wanted: str
    id: str
    toolchain: Mapping[str, str]
    varies: frozenset[str] = frozenset()

    def run(
        self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, conditions: Conditions = USUAL
    ) -> TestReport:
        del only, timeout, conditions
        text = (workspace.root / self.path).read_text(encoding="utf-8")
        return TestReport.of(TestCase(self.id, Status.PASSED if self.wanted in text else Status.FAILED))


NIL = """panic: runtime error: invalid memory address or nil pointer dereference
goroutine 18 [running]:
x.org/m/in.Second(...)
\t/copy/repository/in/m.go:9
"""
LINKS = """package in

type Link struct {
	Value int
	Next  *Link
}

func Second(first *Link) int {
	return first.Next.Value
}
"""
LINKS_TEST = """package in

func TestSecond(t *testing.T) {
	if got := Second(&Link{1, nil}); got != -7 {
		t.Errorf("got %d", got)
	}
}
"""


def test_a_panic_in_go_gets_the_guard_that_its_test_asks_for() -> None:
    files = {"go.mod": "module x.org/m\n", "in/m.go": LINKS, "in/m_test.go": LINKS_TEST}
    case = TestCase("x.org/m/in::TestSecond", Status.FAILED, message="panic", traceback=NIL, file="in/m.go", line=9)
    guard = "\tif first.Next == nil {\n\t\treturn -7\n\t}\n\treturn first"
    runner = Reader("in/m.go", guard, case.id, {"runner": "go"})
    report = TestReport.of(case)
    seen = Evidence("fix", "red", before=report, targets=report.red, toolchain=runner.toolchain)
    first = next(Search(runner=runner).propose(seen, (), Workbench(Files(files))))
    needed = "the failing test needs it to `return -7`"
    assert first.cause == f"`in/m.go:9` (`Second`) lacks the check `if first.Next == nil`; {needed}."


NAMES = """package p;

public final class Names {
    public static String plain(String name) {
        return name.trim();
    }
}
"""
NAMES_TEST = """package p;

class NamesTest {
    @Test
    void nobody() {
        assertEquals("none", Names.plain(null));
    }
}
"""
NULL = """java.lang.NullPointerException: Cannot invoke "String.trim()" because "name" is null
\tat p.Names.plain(Names.java:5)
\tat p.NamesTest.nobody(NamesTest.java:6)
"""


def test_what_was_null_in_java_gets_the_guard_that_its_test_asks_for() -> None:
    files = {"pom.xml": "", "m/src/main/java/p/Names.java": NAMES, "m/src/test/java/p/NamesTest.java": NAMES_TEST}
    case = TestCase("p.NamesTest::nobody", Status.FAILED, message="", traceback=NULL)
    runner = Reader(
        "m/src/main/java/p/Names.java", 'if (name == null) {\n            return "none";', case.id, {"runner": "maven"}
    )
    report = TestReport.of(case)
    seen = Evidence("fix", "red", before=report, targets=report.red, toolchain=runner.toolchain)
    first = next(Search(runner=runner).propose(seen, (), Workbench(Files(files))))
    assert "`m/src/main/java/p/Names.java:5` (`plain`) lacks the check `if (name == null)`" in first.cause


def candidate(wrong: str, text: str, operator: str = "comparison") -> Candidate:
    start = CLAMP.index(wrong)
    return Candidate("clamp.js", start, start + len(wrong), text, operator, 2, 1.0, "clamp", (0, len(CLAMP)))


def hunt(trials: Trials) -> Hunt:
    file = SourceFile.read("clamp.js", CLAMP.encode())
    assert file is not None
    return Hunt(trials, {"clamp.js": file}, Hints())


def test_what_has_a_fault_of_syntax_or_was_tried_already_is_not_run(trials: Trials) -> None:
    found = hunt(trials)
    same = [candidate("value < low", "value <= low"), candidate("<", "<="), candidate("<", "<")]
    assert found.over([candidate("value < low", "value <"), *same], most=9) == "exhausted"
    assert found.tried == 1


def test_what_an_earlier_hunt_tried_is_not_run_again(trials: Trials) -> None:
    first, second = hunt(trials), hunt(trials)
    wrong = [candidate("<", "<="), candidate("<", "!="), candidate("<", "===")]
    assert first.over(wrong, most=2) == "count"
    second.go_on_after(Checkpoint.read(json.loads(json.dumps(first.checkpoint.facts))))
    assert second.over(wrong, most=2) == "exhausted"
    refused = sum(row[-1] for row in second.checkpoint.refused)
    assert (first.tried, second.tried, refused) == (2, 1, 3)


def test_once_an_edit_survives_only_its_rivals_are_tried(trials: Trials) -> None:
    found = hunt(trials)
    elsewhere = replace(candidate("<", ">"), place=(1, 2))
    right, rival = candidate("? low", "? high"), candidate("high ? low : value", "high ? 9 : value", "number")
    assert found.over([candidate("<", "<="), right, elsewhere, rival], most=9) == "found"
    assert [found.standing(one).rivals for one in found.survivors] == [1, 1]
    assert (found.tried, found.standing(right).refused, found.standing(right).tests) == (3, 1, 1)


def test_an_edit_beside_which_another_survives_is_not_committed() -> None:
    alone = Survivor("a.js", Splice(0, 1, "<"), "comparison", 1, tests=2, refused=20)
    assert confidence(alone).grade is Grade.COMMIT
    assert confidence(replace(alone, rivals=1)).grade is Grade.SUGGEST
