"""Whole runs of pytest in another order, at another time, one by one, and with a report that was tampered with."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.report import TestReport
from agent_ci.errors import InfrastructureError
from agent_ci.ports import Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest

Open = Callable[[Mapping[str, str]], Workspace]
XDIST = Interpreter(sys.executable, "3", "9", (".",), has_xdist=True)


def run(
    workspace: Workspace, conditions: Conditions = USUAL, *arguments: str, only: tuple[str, ...] = ()
) -> TestReport:
    return Pytest(XDIST, arguments).run(workspace, only=only, timeout=60, conditions=conditions)


ORDERED = {f"test_{name}.py": "\n".join(f"def test_{number}(): pass" for number in range(6)) + "\n" for name in "abc"}


def order(workspace: Workspace, seed: int, *arguments: str) -> list[str]:
    return [case.id for case in run(workspace, Conditions(order=seed), *arguments).cases]


def test_the_given_order_is_left_alone_and_the_first_other_one_is_backwards(workspace: Open) -> None:
    given = order(workspace(ORDERED), 0)
    assert given == sorted(given)
    assert order(workspace(ORDERED), 1) == given[::-1]


def test_a_shuffle_keeps_each_file_together_and_can_be_repeated(workspace: Open) -> None:
    shuffled = order(workspace(ORDERED), 3)
    assert shuffled == order(workspace(ORDERED), 3)
    assert sorted(shuffled) == order(workspace(ORDERED), 0) != shuffled
    assert order(workspace(ORDERED), 4) not in (shuffled, sorted(shuffled))
    files = [id_.partition("::")[0] for id_ in shuffled]
    assert len([file for index, file in enumerate(files) if files[index - 1] != file]) == 3


def test_named_cases_are_put_in_another_order_too(workspace: Open) -> None:
    ids = ("test_a.py::test_0", "test_b.py::test_0")
    report = run(workspace(ORDERED), Conditions(order=1), only=ids)
    assert tuple(case.id for case in report.cases) == ids[::-1]


YEAR = 365.25 * 86400
LATER = """
import copy, ctypes, datetime as module, json, pickle, time
from datetime import date, datetime, timedelta, timezone
from time import gmtime, time as now
import pytest

YEAR = int({year})


class Stamp(datetime):
    pass


@pytest.mark.parametrize("found", [
    lambda: datetime.now().year, lambda: datetime.utcnow().year, lambda: datetime.today().year,
    lambda: date.today().year, lambda: datetime.now(timezone.utc).year, lambda: module.datetime.now().year,
    lambda: datetime.now(timezone(timedelta(hours=9))).year, lambda: datetime.fromtimestamp(now()).year,
    lambda: gmtime().tm_year, lambda: time.localtime().tm_year, lambda: int(time.strftime("%Y")),
    lambda: int(time.ctime()[-4:]), lambda: int(time.asctime()[-4:]), lambda: Stamp.now().year,
    lambda: gmtime(time.time_ns() / 1e9).tm_year,
])
def test_it_is_that_year(found):
    assert found() == YEAR


def test_what_is_given_stays(tmp_path):
    assert gmtime(0).tm_year == 1970 and time.strftime("%Y", gmtime(0)) == "1970"
    assert date(2020, 1, 2) == datetime(2020, 1, 2).date() and str(date(2020, 1, 2)) == "2020-01-02"
    assert repr(date(2020, 1, 2)) == "datetime.date(2020, 1, 2)"
    assert repr(datetime(2020, 1, 2)) == "datetime.datetime(2020, 1, 2, 0, 0)"


@pytest.mark.parametrize("thing", [
    date(2020, 1, 2), datetime(2020, 1, 2, tzinfo=timezone.utc), datetime(2020, 1, 2).date(), Stamp(2020, 1, 2),
    datetime.strptime("2020", "%Y"), date.fromisoformat("2020-01-02") + timedelta(1),
])
def test_kinds_hold(thing):
    assert isinstance(thing, date) and pickle.loads(pickle.dumps(thing)) == copy.deepcopy(thing) == thing
    assert isinstance(thing, datetime) is hasattr(thing, "hour")
    assert isinstance(thing, Stamp) is (type(thing) is Stamp)
    assert issubclass(datetime, date) and issubclass(Stamp, datetime) and not issubclass(int, date)


def test_durations_are_real():
    started = time.perf_counter(), time.monotonic()
    assert time.perf_counter() - started[0] < 1 and time.monotonic() - started[1] < 1
"""


@pytest.mark.parametrize("years", [3, -10])
def test_the_clock_can_be_moved(workspace: Open, years: int) -> None:
    year = time.gmtime(time.time() + years * YEAR).tm_year
    report = run(workspace({"test_it.py": LATER.format(year=year)}), Conditions(clock=years * YEAR))
    assert [case.message for case in report.red] == []
    assert report.tally.passed == 23
    assert all(case.seconds is not None and 0 <= case.seconds < 5 for case in report.cases)


def test_the_clock_is_left_alone_otherwise(workspace: Open) -> None:
    text = "import datetime, time\ndef test_it():\n    assert type(datetime.date) is type\n"
    assert run(workspace({"test_it.py": text})).is_green


WORKERS = "import os\n\n\ndef test_it():\n    assert os.environ.get('PYTEST_XDIST_WORKER_COUNT', '0') == '{count}'\n"


@pytest.mark.parametrize(
    ("arguments", "workers", "count"),
    [
        *((("-n", "2"), 0, 2), (("-n", "2"), 1, 0), ((), 2, 2), ((), 0, 0), ((), 1, 0)),
        (("-p", "no:xdist"), 1, 0),  # which is also installed, and does not know its own options then
    ],
)
def test_how_many_run_at_a_time_can_be_said(
    workspace: Open, arguments: tuple[str, ...], workers: int, count: int
) -> None:
    files = {"test_it.py": WORKERS.format(count=count), **ORDERED}
    report = run(workspace(files), Conditions(workers=workers), *arguments)
    assert ([case.message for case in report.red], report.partial) == ([], ())


def test_workers_shuffle_and_move_the_clock_as_one_process_does(workspace: Open) -> None:
    year = time.gmtime(time.time() + 3 * YEAR).tm_year
    files = {"test_it.py": LATER.format(year=year), **ORDERED}
    report = run(workspace(files), Conditions(workers=2, order=2, clock=3 * YEAR))
    assert ([case.message for case in report.red], report.partial, report.tally.passed) == ([], (), 41)


def test_only_what_can_be_set_is_said_to_vary() -> None:
    assert Pytest(XDIST).varies == {"order", "hash_seed", "clock", "workers"}
    assert Pytest(replace(XDIST, has_xdist=False)).varies == {"order", "hash_seed", "clock"}


RED = "import forger\n\n\ndef test_it():\n    assert 0\n\n\ndef test_other():\n    pass\n"
REWRITE = """
import os, re, sys, pathlib
def rewrite(*_):
    place = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
    text = pathlib.Path(place).read_text()
    text = re.sub(r"<failure[\\s\\S]*?</failure>", "", text)
    text = re.sub(r'failures="\\d+"', 'failures="0"', text)
    pathlib.Path(place).write_text(text)
"""
LATE = """
import gc, pytest
from _pytest.config import PytestPluginManager
class Late:
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        rewrite()
        {then}
next(thing for thing in gc.get_objects() if isinstance(thing, PytestPluginManager)).register(Late(), "late")
"""
FORGERS = {
    "at exit": ("import atexit\natexit.register(rewrite)\n", "was changed after pytest wrote it"),
    "in a hook": (LATE.format(then=""), "the report calls test_it.py::test_it green, and pytest saw it fail"),
    "and gone": (LATE.format(then="os._exit(0)"), "pytest ended before it confirmed its report"),
}


@pytest.mark.parametrize(("forger", "reason"), FORGERS.values(), ids=FORGERS)
def test_a_forged_report_is_not_believed(workspace: Open, forger: str, reason: str) -> None:
    report = run(workspace({"test_it.py": RED, "forger.py": REWRITE + forger}))
    assert reason in " ".join(report.partial)
    assert not report.is_green


def test_a_lie_about_one_test_of_a_folder_is_seen_beside_one_that_is_red(workspace: Open) -> None:
    forger = (REWRITE + LATE.format(then="")).replace('"", text)', '"", text, count=1)')
    text = RED.replace("    pass\n", "    assert 0\n")
    folder = replace(Pytest(XDIST), folder="services/a")
    files = {"test_it.py": text, "forger.py": forger, "setup.py": ""}
    report = folder.run(workspace({f"services/a/{name}": text for name, text in files.items()}), timeout=60)
    assert report.tally.red == 1
    assert "the report calls services/a/test_it.py::test_it green, and pytest saw it fail" in report.partial


def test_a_report_with_cases_that_never_ran_is_not_believed(workspace: Open) -> None:
    text = "def test_it():\n    pass\n"
    forger = (
        "import pytest\n\n\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session):\n"
        "    import pathlib\n    place = pathlib.Path(session.config.getoption('xmlpath'))\n"
        '    case = \'<testcase classname="test_it" name="test_more" />\'\n'
        "    place.write_text(place.read_text().replace('</testsuite>', case + '</testsuite>'))\n"
    )
    report = run(workspace({"test_it.py": text, "conftest.py": forger}))
    assert report.partial == ("the report holds 2 cases, and pytest saw 1",)


def test_a_test_that_is_run_again_and_passes_is_no_lie(workspace: Open) -> None:
    text = (
        "import os\n\n\ndef test_it():\n    first = not os.path.exists('x')\n    open('x', 'w')\n    assert not first\n"
    )
    report = run(workspace({"test_it.py": text}), USUAL, "--reruns", "2")
    assert report.is_green


def test_what_the_kit_needs_is_gone_before_the_repository_is_imported(workspace: Open) -> None:
    text = "import os\n\n\ndef test_it():\n    assert 'AGENT_CI_CONFIRMATION' not in os.environ\n"
    assert run(workspace({"test_it.py": text, "conftest.py": text})).is_green


def test_a_process_that_ends_early_leaves_no_report(workspace: Open) -> None:
    with pytest.raises(InfrastructureError, match="left no report"):
        run(workspace({"test_it.py": "import os\nos._exit(0)\n"}))
