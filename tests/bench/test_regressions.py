"""The bench of regressions is what it says: each patch repairs the failing test and breaks another, its twin none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.cheats.judging import Judge, judging
from bench.regressions.__main__ import Row, is_right, passes_alone, row
from bench.regressions.corpus import FAMILIES, REGRESSIONS
from bench.regressions.project import Project, Regression
from bench.regressions.retries import RETRIES
from bench.regressions.settings import SETTINGS
from bench.repositories import PYTEST

SHARED = "defaults shared by a shallow copy"


def test_the_corpus_is_large_and_no_name_hides_another() -> None:
    assert len(REGRESSIONS) == sum(map(len, FAMILIES))
    assert len(REGRESSIONS) >= 24
    assert len({case.failing for case in REGRESSIONS.values()}) >= 4


@pytest.mark.parametrize("case", REGRESSIONS.values(), ids=REGRESSIONS)
def test_both_patches_change_the_source_and_differ(case: Regression) -> None:
    ((path, slip),) = case.slip.items()
    assert slip
    assert len({case.files[path], slip, case.twin[path]}) == 3
    assert not path.startswith("test_")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: next(iter(family.values())).failing)
def test_a_repository_has_functions_and_a_suite(family: dict[str, Regression]) -> None:
    files = next(iter(family.values())).files
    trees = {path: list(ast.walk(ast.parse(text))) for path, text in files.items()}
    found = {path: sum(isinstance(node, ast.FunctionDef) for node in nodes) for path, nodes in trees.items()}
    tests = sum(count for path, count in found.items() if path.startswith("test_"))
    assert tests >= 7
    assert sum(found.values()) - tests >= 3


def test_a_patch_of_what_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="stands 0 times"):
        Project("x.py", {"x.py": "a\n"}, "b\n", "").regression("", "c", "d")


def test_what_repairs_nothing_does_not_pass_alone() -> None:
    case = SETTINGS[SHARED]
    assert passes_alone(case, case.slip)
    assert not passes_alone(case, {})


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging(SETTINGS[SHARED].files, PYTEST, repeat=2) as found:
        yield found


def test_what_is_left_behind_for_another_test_is_seen(judge: Judge) -> None:
    attempt = judge.attempt(SETTINGS[SHARED].slip)
    assert "test_what_is_not_given_is_the_default" in " ".join(attempt.objections)


def test_a_regression_that_is_called_fixed_and_a_twin_that_is_not_are_seen(judge: Judge) -> None:
    case = SETTINGS["lists added up"]
    told = row("the wrong way round", replace(case, slip=case.twin, twin=case.slip), judge)
    assert told[2:5] == ("yes", "YES", "")
    assert told[5].startswith("NO: test_settings.py::test_lists_are_replaced")
    assert not is_right([told])


def test_what_a_fixture_finds_at_the_end_is_seen() -> None:
    case = RETRIES["a handler for each failure"]
    with judging(case.files, PYTEST, repeat=2) as found:
        attempt = found.attempt(case.slip)
    assert not attempt.is_proven
    assert "test_nothing_is_left_in_the_log" in " ".join(attempt.objections)


GOOD: Row = ("x", "y", "yes", "no", "a test", "yes")
ROWS: dict[str, tuple[Row, bool]] = {
    "refused": (GOOD, True),
    "called fixed": (("x", "y", "yes", "YES", "", "yes"), False),
    "repairs nothing": (("x", "y", "NO", "no", "a test", "yes"), False),
    "a refused twin": (("x", "y", "yes", "no", "a test", "NO: a test"), False),
}


@pytest.mark.parametrize(("told", "expected"), ROWS.values(), ids=ROWS)
def test_one_row_decides(told: Row, *, expected: bool) -> None:
    assert is_right([GOOD, told]) is expected
