"""What the failing tests execute is found out once, by the first question, and failing to know it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agent_ci.core.coverage import Coverage
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.locating import Located, ids_to_cover
from agent_ci.pipeline import Tools

RED = TestCase("test_a.py::test_9", Status.FAILED, file="test_a.py")
CASES = [replace(RED, id=f"test_a.py::test_{number}", status=Status.PASSED) for number in range(9)]
OTHER = TestCase("test_b.py::test_0", Status.PASSED, file="test_b.py")
SKIPPED = TestCase("test_a.py::test_s", Status.SKIPPED, file="test_a.py")
EVIDENCE = Evidence("fix", "red", tree="0", before=TestReport.of(OTHER, *CASES, RED, SKIPPED), targets=(RED,))
FOUND = Coverage({RED.id: {"a.py": frozenset({1})}})


@dataclass
class Runner:
    """Answers with FOUND, or raises *error*."""

    error: Exception | None = None
    asked: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def covered(self, _workspace: object, ids: tuple[str, ...] = (), *, timeout: float) -> Coverage:
        self.asked.append((ids, timeout))
        if self.error:
            raise self.error
        return FOUND


@contextmanager
def nothing(_name: object) -> Iterator[None]:
    yield


def tools(runner: object, seconds: float = 300.0) -> Tools:
    parts: dict[str, Any] = {
        "runner": runner,
        "sandbox": SimpleNamespace(open=nothing),
        "clone": SimpleNamespace(tree=str),
        "progress": SimpleNamespace(phase=nothing),
        "journal": SimpleNamespace(record=lambda *_, **__: None),
        "seconds_left": lambda: seconds,
    }
    return cast("Tools", SimpleNamespace(**parts))


def test_the_first_question_is_told_what_the_failing_tests_execute_and_later_ones_run_nothing_again() -> None:
    runner, located = Runner(), Located()
    later = replace(EVIDENCE, tree="1", group="abc")
    assert [located.with_coverage(one, tools(runner)).coverage for one in (EVIDENCE, later)] == [FOUND, FOUND]
    [(ids, timeout)] = runner.asked
    assert ids == ids_to_cover(EVIDENCE)
    assert timeout == pytest.approx(30)


@pytest.mark.parametrize("error", [InfrastructureError("no"), UnsupportedError("no")], ids=["broken", "unsupported"])
def test_where_nobody_can_tell_the_evidence_stays_as_it_is_and_it_is_not_tried_again(error: Exception) -> None:
    runner, located = Runner(error), Located()
    assert located.with_coverage(EVIDENCE, tools(runner)) is EVIDENCE
    assert located.with_coverage(EVIDENCE, tools(runner)) is EVIDENCE
    assert len(runner.asked) == 1
    assert Located().with_coverage(EVIDENCE, tools(object())) is EVIDENCE


def test_the_failing_tests_come_first_and_then_the_nearest_passing_ones_of_their_files() -> None:
    assert ids_to_cover(EVIDENCE) == (RED.id, *(case.id for case in reversed(CASES)))


def test_a_long_file_of_tests_is_not_run_whole() -> None:
    many = [replace(RED, id=f"test_a.py::test_{number}", status=Status.PASSED) for number in range(500)]
    reds = [replace(RED, id=f"test_a.py::red_{number}") for number in range(100)]
    evidence = replace(EVIDENCE, before=TestReport.of(*many, *reds), targets=tuple(reds))
    found = ids_to_cover(evidence)
    assert (len(found), found[0], found[20]) == (80, "test_a.py::red_0", "test_a.py::test_499")
