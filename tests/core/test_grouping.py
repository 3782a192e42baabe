from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent_ci.core.grouping import groups
from agent_ci.core.report import Status, TestCase
from agent_ci.reports import read_report
from bench.repositories import write

SHOP = "def price(n):\n    return {}[n]\n\n\ndef rate(n):\n    raise ValueError(f'no rate for {n}')\n"
ROWS = (
    "import pytest\nfrom shop import {0}\n\n\n@pytest.mark.parametrize('n', range(50))\ndef test_it(n):\n    {0}(n)\n"
)
IMPORTS = "import shop.gone\n\n\ndef test_{0}():\n    pass\n"


def case(message: str, traceback: str = "", id_: str = "test_a.py::test", status: Status = Status.FAILED) -> TestCase:
    return TestCase(id_, status, message, traceback)


def failures(tmp_path: Path, files: dict[str, str]) -> tuple[TestCase, ...]:
    """The red cases of a real pytest run of *files*, as our runner has them reported."""
    write(tmp_path, files)
    options = ("-q", "-o", "junit_family=xunit1", "--junitxml=out.xml", "--tb=short", "--continue-on-collection-errors")
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options)
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, env={"PYTHONPATH": "."})
    return read_report(tmp_path / "out.xml").red


def test_four_hundred_failures_of_three_causes_are_three_groups(tmp_path: Path) -> None:
    keys = {f"test_key_{number}.py": ROWS.format("price") for number in range(4)}
    rates = {f"test_rate_{number}.py": ROWS.format("rate") for number in range(3)}
    imports = {f"test_import_{number}.py": IMPORTS.format(number) for number in range(50)}
    red = failures(tmp_path, {"shop.py": SHOP, **keys, **rates, **imports})
    found = groups(red)
    assert len(red) == 400
    assert [(len(group.cases), group.exception, group.place) for group in found] == [
        (50, "ModuleNotFoundError", ""),
        (200, "KeyError", "shop.py::price"),
        (150, "ValueError", "shop.py::rate"),
    ]


def test_an_error_in_a_fixture_is_one_problem_of_all_who_use_it(tmp_path: Path) -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef store():\n    raise OSError('no store')\n"
    tests = "".join(f"\n\ndef test_{number}(store):\n    pass\n" for number in range(5))
    (group,) = groups(failures(tmp_path, {"conftest.py": fixture, "test_it.py": tests}))
    assert (len(group.cases), group.exception) == (5, "OSError")


def test_assertions_of_different_tests_are_different_problems_and_rows_of_one_are_one(tmp_path: Path) -> None:
    rows = "import pytest\n\n\n@pytest.mark.parametrize('n', range(3))\ndef test_a(n):\n    assert n == 9\n"
    found = groups(failures(tmp_path, {"test_it.py": f"{rows}\n\ndef test_b():\n    assert [1] == [2]\n"}))
    assert [[case.name for case in group.cases] for group in found] == [
        ["test_a[0]", "test_a[1]", "test_a[2]"],
        ["test_b"],
    ]


TRACE = "tests/test_a.py:4: in test\n    f()\n{}:{}: in f\n    g()\nE   ValueError: bad"
AT_3 = TRACE.format("a.py", 3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (case("ValueError: 1 is bad", AT_3), case("ValueError: 2 is bad", TRACE.format("a.py", 9))),
        (case("OSError: /tmp/x1/a gone", AT_3), case("OSError: /tmp/y/b gone", AT_3)),
        (
            case("ValueError: x", 'File "/tmp/agent-ci-1a/repository/a.py", line 3, in f'),
            case("ValueError: x", 'File "/tmp/agent-ci-9z/repository/a.py", line 8, in f'),
        ),
        (case("KeyError: <X at 0x7f12>", AT_3), case("KeyError: <X at 0x55aa>", AT_3)),
    ],
    ids=["line and number", "path", "copy", "address"],
)  # fmt: skip
def test_a_fingerprint_survives_what_moves(one: TestCase, other: TestCase) -> None:
    assert groups((one,))[0].fingerprint == groups((other,))[0].fingerprint
    assert len(groups((one, other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (case("ValueError: x", AT_3), case("TypeError: x", AT_3)),
        (case("ValueError: x", AT_3), case("ValueError: x", TRACE.format("b.py", 3))),
        (case("ValueError: no rate", AT_3), case("ValueError: no price", AT_3)),
    ],
    ids=["exception", "place", "message"],
)
def test_another_exception_place_or_message_is_another_problem(one: TestCase, other: TestCase) -> None:
    assert len(groups((one, other))) == 2


JAVA = "X: no\n\tat org.junit.Assert.fail(Assert.java:1)\n\tat shop.Cart.total(Cart.java:{})\n\tat T.t(T.java:1)"
NODE = "Error: no\n    at total (src/cart.js:{}:5)\n    at Object.<anonymous> (src/cart.test.js:3:1)"


@pytest.mark.parametrize(("trace", "place"), [(JAVA, "Cart.java::shop.Cart.total"), (NODE, "src/cart.js::total")])
def test_frames_of_other_languages_name_the_place(trace: str, place: str) -> None:
    one, other = (case("Error: no", trace.format(line), f"t::{line}") for line in (3, 77))
    (group,) = groups((one, other))
    assert group.place == place


def test_libraries_are_not_the_place() -> None:
    trace = "app.py:2: in f\n    x\n/usr/lib/python3.11/json/__init__.py:3: in loads\n    y\nE   ValueError: x"
    assert groups((case("ValueError: x", trace),))[0].place == "app.py::f"


def test_many_and_hostile_failures_take_little_time() -> None:
    hostile = case("E" * 1_000_000, 'File "' * 200_000)
    many = tuple(case(f"KeyError: {number}", TRACE.format("a.py", number), f"t::{number}") for number in range(20_000))
    started = time.process_time()
    assert len(groups((hostile, *many))) == 2
    assert time.process_time() - started < 5


def test_no_failure_is_no_group() -> None:
    assert groups(()) == ()
