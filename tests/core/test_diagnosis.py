from __future__ import annotations

import pytest

from agent_ci.core.conditions import Conditions
from agent_ci.core.diagnosis import exchanges, flakes, is_manifest, outside_cause, undeclared
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Control, Side

RED, GREEN, SKIPPED = Status.FAILED, Status.PASSED, Status.SKIPPED


def case(message: str, traceback: str = "") -> TestCase:
    return TestCase("t.py::test_a", RED, message, traceback)


OUTSIDE = {
    "OSError: [Errno 28] No space left on device": "the disk is full",
    "java.io.IOException: No space left on device": "the disk is full",
    "Error: ENOSPC: no space left on device, write": "the disk is full",
    "OSError: [Errno 30] Read-only file system: '/etc/x'": "the file system is read-only",
    "MemoryError": "memory ran out",
    "OSError: [Errno 12] Cannot allocate memory": "memory ran out",
    "java.lang.OutOfMemoryError: Java heap space": "memory ran out",
    "OSError: [Errno 24] Too many open files: 'x'": "too many files are open",
    "ConnectionRefusedError: [Errno 111] Connection refused": "the network cannot be reached",
    "socket.gaierror: [Errno -2] Name or service not known": "the network cannot be reached",
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='x')": "the network cannot be reached",
    "urllib.error.URLError: <urlopen error [Errno -3]>": "the network cannot be reached",
    "Error: getaddrinfo ENOTFOUND registry.example": "the network cannot be reached",
    "dial tcp 10.0.0.1:80: connect: connection refused": "the network cannot be reached",
    "/bin/sh: 1: pdflatex: command not found": "a program is missing",
    "Error: spawn ffmpeg ENOENT": "a program is missing",
    'exec: "protoc": executable file not found in $PATH': "a program is missing",
}
OWN_FAULT = (
    "AssertionError: assert 'No space left on device' in ''",
    "assert 'ConnectionRefusedError' == 'TimeoutError'",
    "FileNotFoundError: [Errno 2] No such file or directory: 'settings.toml'",
    "ValueError: MemoryError is not a word",
    "KeyError: 'ENOSPC_LIMIT'",
    "TypeError: unsupported operand",
    "",
)


@pytest.mark.parametrize(("message", "cause"), OUTSIDE.items())
def test_what_the_machine_lacks_is_told_from_the_message(message: str, cause: str) -> None:
    assert outside_cause(case(message), ()) == cause


@pytest.mark.parametrize("message", OWN_FAULT)
def test_what_the_code_says_is_its_own_fault(message: str) -> None:
    assert outside_cause(case(message), ()) == ""


def test_a_file_that_is_not_there_is_a_missing_program_only_where_one_was_started() -> None:
    message = "FileNotFoundError: [Errno 2] No such file or directory: 'pdflatex'"
    started = "report.py:3: in render\n/usr/lib/python3.11/subprocess.py:1026: in __init__\n    self._execute_child("
    assert outside_cause(case(message, started), ()) == "a program is missing"
    assert outside_cause(case(message, "report.py:3: in render\n    open(name)"), ()) == ""


def test_the_error_of_a_fixture_is_looked_for_where_pytest_puts_it() -> None:
    trace = "conftest.py:4: in disk\n    write()\nE   OSError: [Errno 28] No space left on device"
    assert outside_cause(case('failed on setup with "OSError: ..."', trace), ()) == "the disk is full"


MISSING = "E   ModuleNotFoundError: No module named '{}'"


@pytest.mark.parametrize(
    ("module", "manifest", "is_outside"),
    [
        ("yaml", "pyyaml==6.0\n", True),
        ("left_pad.core", 'dependencies = ["left-pad>=1"]', True),
        ("shop.prices", 'name = "webshop"\n', False),
        ("requests", "requests-mock==1\n", False),
    ],
)
def test_a_dependency_is_missing_where_it_is_declared(module: str, manifest: str, is_outside: bool) -> None:  # noqa: FBT001
    found = outside_cause(case("collection failure", MISSING.format(module)), (manifest,))
    assert bool(found) is is_outside


NOWHERE = {
    "no manifest": (("a.py",), "neither a part of the repository, nor named in a file of requirements, nor installed"),
    "a manifest": (
        ("a.py", "web/package.json", "pyproject.toml"),
        "nor named in pyproject.toml, nor installed; name it",
    ),
    "a module of ours": (("lib/yamlish.py",), ""),
    "a package of ours": (("yamlish/a.py",), ""),
    "another name": (("myyamlish.py", "yamlish2/a.py"), "`yamlish` is imported and is nowhere"),
}


@pytest.mark.parametrize(("paths", "said"), NOWHERE.values(), ids=NOWHERE)
def test_a_module_that_is_nowhere_is_told_of(paths: tuple[str, ...], said: str) -> None:
    found = [*undeclared([case("collection failure", MISSING.format("yamlish.core"))] * 2, paths)]
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_nothing_is_told_of_a_file_that_is_named_by_its_place_or_of_another_failure() -> None:
    assert not [*undeclared([case("Cannot find module './x' from 'a.js'"), case("assert 1 == 2")], ())]


def test_manifests_are_known_by_their_names() -> None:
    yes = ("pyproject.toml", "requirements.txt", "requirements/dev.txt", "web/package.json", "dev-requirements.in")
    assert all(map(is_manifest, yes))
    assert not any(map(is_manifest, ("src/requirements.py", "docs/package.json.md", "setup.md")))


def control(*statuses: Status, alone: bool = True, **conditions: float) -> Control:
    found = {f"t::{name}": status for name, status in zip("abc", statuses, strict=False)}
    return Control(Side.HEAD, alone=alone, statuses=found, seconds=0.1, conditions=Conditions(**conditions))  # type: ignore[arg-type]


def test_a_flake_was_red_and_green_and_its_runs_are_counted() -> None:
    runs = [control(RED, RED, GREEN), control(GREEN, RED, GREEN), control(RED, RED, SKIPPED)]
    (flake,) = flakes(("t::a", "t::b", "t::c"), runs)
    assert (flake.id, flake.passed, flake.runs) == ("t::a", 1, 3)


def test_two_runs_are_exchanged_one_thing_at_a_time() -> None:
    red = control(RED, alone=False, hash_seed=0)
    green = control(GREEN, hash_seed=3, order=4)
    assert exchanges(red, green) == {
        "the tests that run before it": (True, red.conditions),
        "the order of the tests": (False, Conditions(order=4, hash_seed=0)),
        "Python's hash seed": (False, Conditions(hash_seed=3)),
    }
    assert exchanges(red, red) == {}
