"""Coverage of Python as coverage.py writes it, and as our own recorder does, with what is wrong or hostile in it."""

from __future__ import annotations

import json
import time

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats import gathering
from agent_ci.core.coverage_formats.gathering import among
from agent_ci.core.coverage_formats.ours import read_ours
from agent_ci.core.coverage_formats.python_json import read_python_json
from agent_ci.errors import UnsupportedError

PLACE = among(("src/calc.py", "tests/test_calc.py"), "/copy")
# As `pytest --cov --cov-context=test` and `coverage json --show-contexts` of coverage.py 7.17.5 wrote it, shortened.
JSON = {
    "meta": {"format": 3, "version": "7.17.5", "branch_coverage": False, "show_contexts": True},
    "files": {
        "/home/runner/work/x/x/src/calc.py": {
            "executed_lines": [1, 2, 4],
            "contexts": {"1": [""], "2": ["tests/test_calc.py::test_a|run", "tests/test_calc.py::test_b|setup"]},
            "summary": {"covered_lines": 3},
        },
        "/usr/lib/python3.11/json/decoder.py": {"executed_lines": [1], "contexts": {"1": ["tests/x.py::y|run"]}},
    },
}


def test_contexts_are_tests_and_a_line_without_one_is_of_the_imports() -> None:
    found = read_python_json([json.dumps(JSON).encode()], PLACE)
    assert found == Coverage(
        {
            IMPORTS: {"src/calc.py": frozenset({1, 4})},
            "tests/test_calc.py::test_a": {"src/calc.py": frozenset({2})},
            "tests/test_calc.py::test_b": {"src/calc.py": frozenset({2})},
            "tests/x.py::y": {},
        }
    )


def test_without_contexts_the_lines_are_told_and_the_way_to_have_tests() -> None:
    found = read_python_json([b'{"files": {"src/calc.py": {"executed_lines": [1, "2", true, -3, 5]}}}'], PLACE)
    assert found.tests == {IMPORTS: {"src/calc.py": {1, 5}}}
    assert "--cov-context=test" in found.partial[0]


@pytest.mark.parametrize("content", [b"", b"no", b"{}", b'{"files": []}', b"[[[[", b"\xff\xfe\x00"], ids=repr)
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedError):
        read_python_json([content], PLACE)
    with pytest.raises(UnsupportedError):
        read_ours([content], PLACE)


def ours(document: object) -> Coverage:
    return read_ours([json.dumps(document).encode()], PLACE)


def test_arcs_are_pairs_of_lines_of_tests_that_ran_and_nothing_else_is_one() -> None:
    pairs = [[1, 2], [2, -1], [0, 1], [1, 0], [1, 2, 3], "12", [True, 2], [1, 10**9], [None, 1]]
    arcs = {"sets": [["/copy/src/calc.py", pairs], ["/copy/gone.py", [[1, 2]]], 7], "tests": {"a": [0, 1, 2], "b": [0]}}
    found = ours({"sets": [["/copy/src/calc.py", [1]]], "tests": {"a": [0]}, "arcs": arcs})
    assert found.arcs == {"a": {"src/calc.py": frozenset({(1, 2), (2, -1)})}}
    assert ours({"tests": {"a": []}, "arcs": ["no"]}).arcs == {}


def test_each_set_of_lines_is_told_once_and_named_by_its_number() -> None:
    sets = [["src/calc.py", [1, 2]], ["tests/test_calc.py", [7]], ["/etc/passwd", [1]], ["../calc.py", [1]]]
    found = ours({"sets": sets, "tests": {"": [0], "t::x": [0, 1, 2, 3], "t::y": []}, "partial": ["half"]})
    same = {"src/calc.py": {1, 2}}
    assert found.tests == {IMPORTS: same, "t::x": {**same, "tests/test_calc.py": {7}}, "t::y": {}}
    assert found.partial == ("half",)
    assert found.tests["t::x"]["src/calc.py"] is found.tests[IMPORTS]["src/calc.py"]


def test_numbers_that_name_nothing_and_values_of_any_shape_are_passed_over() -> None:
    sets = [["src/calc.py", [1, None, "2", 2.5, True, 0, -1, 10**30]], [1], "x", ["src/calc.py", 3]]
    tests = {"t::x": [0, 1, 2, 3, 4, -1, None, True, "0", 10**30], "t::y": 3, "t::z": {"a": 1}}
    found = ours({"sets": sets, "tests": tests, "partial": [None, "x" * 10**6]})
    assert found.tests == {"t::x": {"src/calc.py": {1}}, "t::y": {}, "t::z": {}}
    assert len(found.partial[0]) < 1000


def test_no_more_is_kept_than_the_limits_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_PLACES", 4)
    monkeypatch.setattr(gathering, "MAX_TESTS", 2)
    sets = [["src/calc.py", [1, 2, 3]], ["tests/test_calc.py", [1]]]
    found = ours({"sets": sets, "tests": {"a": [0], "b": [1], "c": [0], "d" * 5000: [0]}})
    assert found.tests == {"a": {"src/calc.py": {1, 2, 3}}, "b": {}}
    assert len(found.partial) == 2


def test_the_work_is_bounded_by_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.process_time()
    lines = list(range(1, 20_001))
    same = ours({"sets": [["src/calc.py", lines]], "tests": {"t": [0] * 20_000, **{f"t{n}": [0] for n in range(9000)}}})
    assert (len(same.tests["t"]["src/calc.py"]), len(same.tests["t8999"]["src/calc.py"])) == (20_000, 20_000)
    assert (same.partial, time.process_time() - started < 3) == ((), True)
    monkeypatch.setattr(gathering, "MAX_PLACES", 10)
    sets = [["src/calc.py", [1, 2, 3]], ["src/calc.py", [3]], ["tests/test_calc.py", [1]]]
    found = ours({"sets": sets, "tests": {"a": [0, 0, 0], "b": [0], "c": [0, 1], "d": [2]}})
    assert {test for test, files in found.tests.items() if files} == {"a", "b", "c"}
    assert len(found.partial) == 1


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/copy/src/calc.py", "src/calc.py"),
        ("file:///copy/src/calc.py", "src/calc.py"),
        ("/copy/gone/src/calc.py", ""),
        ("/builds/group/x/src/calc.py", "src/calc.py"),
        ("src/calc.py", "src/calc.py"),
        ("calc.py", "src/calc.py"),
        ("/usr/lib/python3/site-packages/src/calc.py", ""),
        ("other.py", ""),
        ("", ""),
    ],
)
def test_a_name_of_another_machine_is_the_file_of_the_repository_it_ends_in(name: str, path: str) -> None:
    assert PLACE(name) == path
