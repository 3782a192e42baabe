"""What a red build is called, in whole runs, and that only what a change caused reaches a proposer."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from agent_ci.session import Session
from bench.repositories import git
from tests.red import CALC, CHECK, FILES, GOOD, QUICK, QUICK_FILES, TESTS, RedRepository

RIGHT = CALC.replace("a - b", "a + b")
OLD = f"# how it began\n{RIGHT}"
HASH = "def test_it():\n    assert hash('agent') % 2\n"
CHANCE = "import os\n\n\ndef test_it():\n    assert os.urandom(1)[0] % 2\n"
POLLUTED = (
    "import calc\n\n\ndef test_a():\n    calc.seen = 1\n\n\ndef test_b():\n    assert not hasattr(calc, 'seen')\n"
)
BRITTLE = "import calc\n\n\ndef test_a():\n    calc.ready = 1\n\n\ndef test_b():\n    assert calc.ready\n"
DATED = "import datetime\n\n\ndef test_it():\n    assert datetime.date.today().year < 2025\n"
FULL = "def test_it():\n    with open('/dev/full', 'w') as file:\n        file.write('x')\n"
OFFLINE = "import socket\n\n\ndef test_it():\n    socket.create_connection(('127.0.0.1', 1), 1)\n"
NO_TOOL = "import subprocess\n\n\ndef test_it():\n    subprocess.run(['no-such-tool-here'], check=True)\n"
NO_MODULE = "import leftpad\n\n\ndef test_it():\n    assert leftpad\n"


def triaged(tmp_path: Path, test: str, **files: str) -> RedRepository:
    return RedRepository.make(tmp_path, {"calc.py": RIGHT, "test_it.py": test, **files})


FLAKY = {
    "hash seed": (HASH, "Python's hash seed flips it"),
    "chance": (CHANCE, "so it is chance"),
    "polluted": (POLLUTED, "the tests that run before it flips it"),
    "clock": (DATED, "the clock flips it"),
}


@pytest.mark.parametrize(("test", "why"), FLAKY.values(), ids=FLAKY)
def test_a_flaky_test_is_counted_and_what_flips_it_is_named(tmp_path: Path, test: str, why: str) -> None:
    for attempt in range(6):  # until the first run is red, as it was in the pipeline, and not all of the others
        run = triaged(tmp_path / str(attempt), test).run(replies=(GOOD,), repeat=8)
        if run.outcome == "flaky":
            break
    assert run.outcome == "flaky"
    assert why in run.document["summary"]
    assert run.document["attempts"] == []
    assert all(0 < flake["passed"] < flake["runs"] for flake in run.document["flaky"])


INFRASTRUCTURE = {
    "disk": (FULL, "the disk is full"),
    "network": (OFFLINE, "the network cannot be reached"),
    "tool": (NO_TOOL, "a program is missing"),
    "dependency": (NO_MODULE, "the dependency leftpad is declared and not installed"),
}


@pytest.mark.parametrize(("test", "why"), INFRASTRUCTURE.values(), ids=INFRASTRUCTURE)
def test_what_is_broken_from_outside_is_infrastructure(tmp_path: Path, test: str, why: str) -> None:
    repository = triaged(tmp_path, test, **{"requirements.txt": "leftpad==1.0\n"})
    run = repository.run(replies=(GOOD,))
    assert run.outcome == "infrastructure"
    assert why in run.document["reason"]
    assert run.document["attempts"] == []


@pytest.mark.parametrize("sandbox", ["none", "auto"])
def test_what_failed_is_told_without_the_folder_of_the_copy_that_it_ran_in(tmp_path: Path, sandbox: str) -> None:
    check = CHECK.replace('message="{got}', 'message="{calc.__file__} gave {got}')
    run = RedRepository.make(tmp_path, {**QUICK_FILES, "check.py": check}).run("diagnose", **QUICK, sandbox=sandbox)
    assert [case["message"] for case in run.document["failures"]] == ["calc.py gave -1 is not 3"]


def test_a_missing_program_that_a_change_asks_for_is_its_own_fault(tmp_path: Path) -> None:
    repository = triaged(tmp_path, "def test_it():\n    pass\n")
    git(repository.path, "checkout", "-q", "-b", "feature")
    run = repository.commit({"test_it.py": NO_TOOL}).run(replies=(GOOD,), base="main")
    assert run.document["caused_by_change"] is True
    assert run.document["attempts"] != []


def report(*rows: tuple[str, str]) -> str:
    cases = "".join(f'<testcase classname="test_it" name="{name}">{body}</testcase>' for name, body in rows)
    return f"<testsuite>{cases}</testsuite>"


def test_a_reported_failure_that_only_another_order_shows_is_flaky(tmp_path: Path) -> None:
    repository = triaged(tmp_path, BRITTLE)
    (tmp_path / "junit.xml").write_text(report(("test_b", "<failure/>")), encoding="utf-8")
    run = repository.run(replies=(GOOD,), report=(str(tmp_path / "junit.xml"),), repeat=8)
    assert run.outcome == "flaky"
    assert run.document["attempts"] == []


def test_a_reported_failure_of_a_test_that_is_not_run_here_is_said_to_be_that(tmp_path: Path) -> None:
    repository = triaged(tmp_path, "def test_it():\n    pass\n")
    (tmp_path / "junit.xml").write_text(report(("test_elsewhere", "<failure/>")), encoding="utf-8")
    run = repository.run(replies=(GOOD,), report=(str(tmp_path / "junit.xml"),))
    assert run.outcome == "cannot_reproduce"
    assert "not run here (skipped, deselected or not there)" in run.document["summary"]


def test_a_flaky_test_beside_a_steady_one_is_left_alone(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, {**FILES, "test_dated.py": DATED}).run(replies=(GOOD,), repeat=3)
    assert run.outcome == "fixed"
    assert [flake["id"] for flake in run.document["flaky"]] == ["test_dated.py::test_it"]
    assert run.document["targets"] == ["test_calc.py::test_add"]


def test_several_reports_are_cells_and_the_claim_covers_those_like_this_machine(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path)
    body = '<testsuite><testcase classname="test_calc" name="test_add"><failure/></testcase></testsuite>'
    for name in ("linux-shard-1.xml", "windows-latest.xml"):
        (tmp_path / name).write_text(body, encoding="utf-8")
    run = repository.run(replies=(GOOD,), report=(str(tmp_path / "*.xml"),))
    assert run.outcome == "fixed"
    proofs = [cell["proof"] for cell in run.document["proof"]["cells"]]
    assert proofs == ["verified", "not runnable here: it is a windows job and this is linux"]


def test_the_suspects_are_named_with_their_lines_and_what_changed_since_green(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, {**FILES, "calc.py": RIGHT, "test_calc.py": TESTS})
    git(repository.path, "checkout", "-q", "-b", "feature")
    run = repository.commit({"calc.py": CALC}).run(job="explain", base="main")
    assert "`calc.py:1` add: the failing test calls it" in (run.out / "explanation.md").read_text(encoding="utf-8")


def test_the_text_of_changed_source_on_the_green_base_is_kept_for_those_who_bring_lines_back(tmp_path: Path) -> None:
    files = {**QUICK_FILES, "calc.py": OLD, "long.py": "a = 1\n" * 40_000, "test_x.py": "c = 2\n"}
    repository = RedRepository.make(tmp_path, files).commit({"calc.py": RIGHT})
    git(repository.path, "checkout", "-q", "-b", "feature")
    repository.commit({"calc.py": CALC, "long.py": "a = 2\n", "new.py": "b = 1\n", "test_x.py": "c = 1\n"})
    given = {"repository": str(repository.path), "base": "main", "repeat": 1, "sandbox": "none", **QUICK}
    session = Session({"PATH": os.environ["PATH"]}, {**given, "out": str(tmp_path / "out")}, io.StringIO())
    with session.opened() as (job, tools):
        evidence = job.gather(tools)
    assert evidence.caused_by_change
    assert evidence.earlier == {"calc.py": RIGHT}
    assert evidence.older == {"calc.py": (OLD,)}
