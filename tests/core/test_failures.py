from __future__ import annotations

import pytest

from agent_ci.core.failures import excerpt, failures, paragraph
from agent_ci.core.grouping import groups
from agent_ci.core.report import Status, TestCase

PYTEST = "t/test_a.py:9: in test_a\n    f()\na.py:2: in f\n    1 / 0\nE   ZeroDivisionError: division by zero"
JEST = "Error: no\n    at add (/w/src/a.js:3:9)\n    at Object.<anonymous> (/w/test/a.test.js:7:5)"
ELSEWHERE = "/usr/lib/python3.11/unittest/test_x.py:3: in x\n../test_y.py:4: in y\ntests/test_z.py:5: in z\nE   x"


def red(message: str = "", traceback: str = "", file: str = "", line: int | None = None) -> TestCase:
    return TestCase("t::a", Status.FAILED, message, traceback, file=file, line=line)


@pytest.mark.parametrize(
    ("case", "place"),
    [
        (red(traceback=PYTEST, file="t/test_a.py", line=5), ("t/test_a.py", 9)),
        (red(traceback=PYTEST.replace("t/test_a", "/w/t/test_a"), file="t/test_a.py"), ("t/test_a.py", 9)),
        (red(traceback=PYTEST.replace("t/test_a", "at/test_a"), file="t/test_a.py", line=5), ("t/test_a.py", 5)),
        (red(traceback=JEST, file="test/a.test.js"), ("test/a.test.js", 7)),
        (red(traceback=JEST), ("", None)),
        (red(traceback=ELSEWHERE), ("tests/test_z.py", 5)),
        (red(message="wrong", file="t.py"), ("t.py", None)),
    ],
)
def test_the_place_is_the_line_of_the_test_that_failed(case: TestCase, place: tuple[str, int | None]) -> None:
    [failure] = failures(groups((case,)))
    assert (failure.file, failure.line) == place


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (red("assert 1 == 2\n +  where 1 = f()\n\nmore"), "assert 1 == 2\n +  where 1 = f()"),
        (red("collection failure", PYTEST), "ZeroDivisionError: division by zero"),
        (red("", PYTEST), "ZeroDivisionError: division by zero"),
        (red("x" * 700), "x" * 599 + "…"),
        (red(), ""),
    ],
)
def test_what_was_said_is_one_paragraph(case: TestCase, said: str) -> None:
    assert paragraph(case) == said


def test_a_failure_names_its_group() -> None:
    [group] = groups((red("wrong"),))
    assert [failure.group for failure in failures((group,))] == [group.fingerprint]


def test_an_excerpt_keeps_both_ends_and_a_size() -> None:
    assert excerpt(red(traceback="\na\nb\n")) == "a\nb"
    assert excerpt(red("said")) == "said"
    lines = excerpt(red(traceback="\n".join(map(str, range(100))))).split("\n")
    assert (lines[0], lines[15], lines[-1], len(lines)) == ("0", "…", "99", 31)
    for long in ("x" * 10_000_000, ("x" * 190 + "\n") * 31):
        assert len(excerpt(red(traceback=long))) <= 3_000
