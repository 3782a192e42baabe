"""How a judge of many versions at once is used: what it lets pass is run alone, and what it refuses is not lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.operators import Candidate
from agent_ci.core.edits.syntax import SourceFile
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import UnsupportedError
from agent_ci.ports import Tree, Version, Workspace
from agent_ci.proposers.search.hunt import Hunt
from agent_ci.proposers.search.trials import Trials
from agent_ci.sandboxes.none import NoSandbox
from tests.trees import Files

TEXT = "function f(a) {\n  return a;\n}\n"
EDITS = ("b", "c", "d", "e", "g")


@dataclass
class Judge:
    """A runner whose one test is green where ``right`` is returned, and a screen that lets *passing* pass."""

    right: str
    passing_texts: Sequence[str]
    most: int = 3
    batches: list[int] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    breaks: bool = False
    toolchain: Mapping[str, str] = field(default_factory=lambda: {"runner": "jest"})
    varies: frozenset[str] = frozenset()

    def run(
        self, workspace: Workspace, *, only: tuple[str, ...] = (), timeout: float, conditions: Conditions = USUAL
    ) -> TestReport:
        del only, timeout, conditions
        text = (workspace.root / "a.js").read_text(encoding="utf-8")
        self.alone.append(text[text.index("return ") + 7 :][0])
        return TestReport.of(TestCase("t::f", Status.PASSED if f"return {self.right};" in text else Status.FAILED))

    def screen(
        self, workspace: Workspace, tree: Tree, red: tuple[str, ...], green: tuple[str, ...], *, timeout: float
    ) -> Judge:
        del workspace, tree, timeout
        assert (red, green) == (("t::f",), ())
        return self

    def passing(self, versions: Sequence[Version], *, timeout: float) -> frozenset[int]:
        del timeout
        self.batches.append(len(versions))
        if self.breaks:
            raise UnsupportedError("it does not start")
        wanted = [f"return {one};".encode() for one in self.passing_texts]
        return frozenset(at for at, (_, data) in enumerate(versions) if any(one in data for one in wanted))


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with NoSandbox({}).open(Files({"a.js": TEXT})) as opened:
        yield opened


def hunted(judge: Judge, workspace: Workspace) -> Hunt:
    case = TestCase("t::f", Status.FAILED)
    seen = Evidence("fix", "red", before=TestReport.of(case), targets=(case,), toolchain=judge.toolchain)
    trials = Trials(workspace, judge, seen, time.monotonic() + 60)
    trials.screened(Files({"a.js": TEXT}))
    file = SourceFile.read("a.js", TEXT.encode())
    assert file is not None
    found, at = Hunt(trials, {"a.js": file}, Hints()), TEXT.index("a;")
    edits = [Candidate("a.js", at, at + 1, edit, "variable", 2, 1.0, "f", (0, len(TEXT))) for edit in EDITS]
    found.over(edits, most=9)
    return found


def test_only_what_passes_among_many_is_run_alone(workspace: Workspace) -> None:
    judge = Judge("e", ("c", "e"))

    found = hunted(judge, workspace)

    assert ([one.replacement for one in found.survivors], judge.alone, judge.batches) == (["e"], ["c", "e"], [3, 2])
    assert (found.tried, found.standing(found.survivors[0]).refused) == (5, 4)


def test_what_a_later_search_tries_once_more_is_not_counted_as_refused_before(workspace: Workspace) -> None:
    left_off = hunted(Judge("e", ("c", "e")), workspace).checkpoint
    assert (left_off.tried, [row[-1] for row in left_off.refused]) == (1, [1])  # c, which was run alone


def test_what_was_wrongly_refused_among_many_is_run_alone_at_the_end(workspace: Workspace) -> None:
    judge = Judge("d", ())

    found = hunted(judge, workspace)

    assert ([one.replacement for one in found.survivors], judge.alone) == (["d"], ["b", "c", "d", "e", "g"])
    assert found.tried == 5


def test_what_passes_among_many_counts_as_a_rival_where_no_time_is_left_to_run_it(workspace: Workspace) -> None:
    judge = Judge("b", ("b", "c"))
    found = hunted(judge, workspace)
    assert found.standing(found.survivors[0]).rivals == 0  # it was run, and refused

    found.refused.clear()
    assert found.standing(found.survivors[0]).rivals == 1


def test_where_many_cannot_be_tried_at_once_after_all_each_is_run_alone(workspace: Workspace) -> None:
    judge = Judge("c", (), breaks=True)

    found = hunted(judge, workspace)

    assert ([one.replacement for one in found.survivors], judge.alone[:2], judge.batches) == (["c"], ["b", "c"], [3])
