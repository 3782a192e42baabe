"""Where pytest is started in a repository of one project, and of several."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from agent_ci.core.frameworks.python_projects import folder_of, folders_of_tests, joined, roots_of

A, B = "services/a/tests/test_a.py", "services/b/test_b.py"
INI = "[tool.pytest.ini_options]\n"
TREES: Mapping[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "tests alone": ({"test_a.py": "", "tests/test_b.py": ""}, ("",)),
    "no test": ({"a.py": ""}, ("",)),
    "a package in the root": ({"pyproject.toml": "", "services/a/setup.py": "", A: ""}, ("",)),
    "settings in the root": ({"pytest.ini": "", "services/a/setup.py": "", A: ""}, ("",)),
    "fixtures in the root": ({"conftest.py": "", "services/a/setup.py": "", A: ""}, ("",)),
    "two packages": (
        {"services/b/setup.cfg": "", "services/a/pyproject.toml": "", A: "", B: ""},
        ("services/a", "services/b"),
    ),
    "one package": ({"services/a/pyproject.toml": "", A: ""}, ("services/a",)),
    "one package, and a test outside of it": ({"services/a/pyproject.toml": "", A: "", B: ""}, ("",)),
    "set up for pytest": ({"services/tox.ini": "[pytest]\n", "services/a/setup.py": "", A: ""}, ("services",)),
    "set up for something else": ({"services/tox.ini": "[tox]\n", "services/a/setup.py": "", A: ""}, ("services/a",)),
    "a package without tests": ({"services/a/pyproject.toml": INI, "tools/setup.py": "", A: ""}, ("services/a",)),
}


@pytest.mark.parametrize(("files", "folders"), TREES.values(), ids=TREES)
def test_pytest_is_started_where_the_projects_are(files: dict[str, str], folders: tuple[str, ...]) -> None:
    assert folders_of_tests(files, files.__getitem__) == folders


TOLD = {"pytest_folders": json.dumps(["a", "a/b", "c"]), "pythonpath": "src:a/b:c:a/b/src:a"}


@pytest.mark.parametrize(
    ("id_", "folder", "roots"),
    [
        ("a/t.py::x", "a", ["a/b", "a/b/src", "a", "src", "c"]),
        ("a/b/t.py::x", "a/b", ["a/b", "a/b/src", "src", "c", "a"]),
        ("ab/t.py::x", "", ["src", "a/b", "c", "a/b/src", "a"]),
    ],
)
def test_a_test_runs_in_the_innermost_folder_and_imports_from_there_first(
    id_: str, folder: str, roots: list[str]
) -> None:
    assert folder_of(TOLD, [id_, "c/t.py"]) == folder
    assert roots_of(TOLD, folder) == roots
    assert (folder_of({}, [id_]), folder_of(TOLD, []), roots_of({})) == ("", "", ["."])


def test_folders_of_several_runs_stand_in_the_first_of_them() -> None:
    one, other = (
        {"runner": "pytest", "pytest_folders": json.dumps([name]), "pythonpath": f"src:{name}"} for name in "ab"
    )
    jest = {"runner": "jest"}
    first, *others = joined([jest, one, other])
    assert (first, others[1]) == (jest, other)
    assert others[0] == {"runner": "pytest", "pytest_folders": '["a", "b"]', "pythonpath": "src:a:b"}
    assert joined([jest, {"runner": "pytest", "pythonpath": "."}]) == [jest, {"runner": "pytest", "pythonpath": "."}]
