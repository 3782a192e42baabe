"""Of very many passing tests, those are collected that are nearest to the failing ones; of a few, all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.proposers.search.kit.nearby import narrowed
from agent_ci.proposers.search.kit.spec import Spec, files_of

TARGET = "tests/test_m7.py"


def spec(*passing: str) -> Spec:
    return Spec((f"{TARGET}::test_0",), passing, (), (), (), 0, 100, 5, 10.0, 0.0, {})


def large(folder: Path, monkeypatch: pytest.MonkeyPatch, *, files: int, each: int) -> Spec:
    """A repository of so many *files* of tests, each of its own module, and *each* cases in every one of them."""
    (folder / "tests").mkdir()
    for number in range(files):
        (folder / f"tests/test_m{number}.py").write_text(f"import pytest\nfrom shop import m{number}\n")
    (folder / "tests/test_zz.py").write_text("from shop import (m3, m7)\nimport shop.m8 as m\n")
    monkeypatch.chdir(folder)
    ids = [f"tests/test_m{number}.py::test_{case}" for number in range(files) for case in range(each)]
    return spec(*(id_ for id_ in ids if not id_.startswith(f"{TARGET}::test_0")), "tests/test_zz.py::test")


def test_a_few_are_all_collected() -> None:
    few = spec(*(f"tests/test_m{number}.py::test_{case}" for number in range(150) for case in range(10)))
    assert narrowed(few) is few


@pytest.mark.parametrize(("files", "each"), [(200, 2), (20, 100)], ids=["files", "cases"])
def test_of_many_the_nearest_files_are_collected_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int, each: int
) -> None:
    many = large(tmp_path, monkeypatch, files=files, each=each)
    found = narrowed(many)
    assert files_of(found.passing)[:40] == files_of(tuple(id_ for id_ in many.passing if id_ in found.passing))
    assert {TARGET, "tests/test_zz.py"} <= {*files_of(found.passing)}
    assert len(files_of(found.passing)) <= 40
    assert 3 <= len(found.passing) <= 600
    kept = {*files_of(found.passing)}
    assert {*found.passing} == {id_ for id_ in many.passing if id_.partition("::")[0] in kept}
    assert replace(found, passing=()) == replace(many, passing=())


def test_a_failing_file_with_very_many_cases_is_kept_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own = tuple(f"{TARGET}::test_{case}" for case in range(1, 2_000))
    assert narrowed(spec("tests/test_a.py::test_0", *own)).passing == own
