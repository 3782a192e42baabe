"""What is measured of new tests is written beside the code of the repository, which could have written it as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.core.untested import Target
from agent_ci.core.worth.tests_file import TestsFile
from agent_ci.jobs.measuring import Case, Measured, _read
from agent_ci.jobs.sieve import Sieve
from tests.untested import BASE, WRITTEN, Untested, added, candidates

SQUARE = BASE + "\n\ndef square(number):\n    return number * number\n"
OFFERED = """import sys

from shop import square

for name, module in [*sys.modules.items()]:
    if name.endswith("worth_kit.measure"):
        module.Measuring._tried = lambda self, *_: {"state": "killed", "suite": False, "by": [*self.reach]}


def test_square_of_two():
    assert str(square(2)) != ""
"""


def test_a_fault_that_a_test_only_says_to_notice_is_not_believed(tmp_path: Path) -> None:
    run = Untested.make(tmp_path, change={"shop.py": SQUARE}).run(added(WRITTEN, OFFERED), repeat=1)
    told = candidates(run)["test_square_of_two"]
    assert (run.outcome, told["rejected_by"]) == ("no_fix", "F5")
    assert "run as all tests are" in told["reason"]


CASE: tuple[str, dict[str, object]] = ("case", {"id": "t.py::test_a", "outcome": "passed"})
KILLED: tuple[str, dict[str, object]] = ("mutant", {"id": "6-a", "target": "a.py::f", "state": "killed"})
END: tuple[str, dict[str, object]] = ("end", {})


def test_what_is_written_once_and_before_the_end_is_read() -> None:
    read = _read([("collected", {"ids": ["t.py::test_a"]}), CASE, KILLED, END])
    assert (read.broken, read.ids, len(read.cases), len(read.faults)) == ("", ("t.py::test_a",), 1, 1)


@pytest.mark.parametrize("rows", [[CASE, CASE, END], [CASE, KILLED, KILLED], [CASE, END, KILLED], [END, END]])
def test_of_what_has_a_row_twice_or_behind_the_last_nothing_is_believed(
    rows: list[tuple[str, dict[str, object]]],
) -> None:
    read = _read(rows)
    assert (read.ids, read.cases, read.faults) == ((), {}, ())
    assert "something else wrote" in read.broken


def measured(*lines: int) -> Measured:
    """One passing test that runs *lines* of the file and notices nothing."""
    id_ = "t.py::test_square"
    return Measured((id_,), {id_: Case(id_, "passed", lines={"shop.py": frozenset(lines)})})


def weighed(targets: tuple[Target, ...], source: str, found: Measured) -> tuple[str, tuple[int, ...], tuple[str, ...]]:
    file = TestsFile.read("from shop import square\n\n\ndef test_square():\n    assert square(2) == 4\n")
    assert file
    sieve = Sieve("t.py", file, targets, {"shop.py": source})
    sieve.weigh(found)
    (one,) = sieve.judged.values()
    return one.rejected_by, one.lines, one.labels


def test_whether_no_fault_can_be_put_into_a_line_is_not_asked_of_what_was_measured() -> None:
    found = measured(9)
    words = SQUARE.replace("return number * number", "LOG.info(number)")
    assert weighed((Target("shop.py", "square", (9,), ""),), words, found) == ("", (9,), ("no-mutant",))
    assert weighed((Target("shop.py", "square", (9,), ""),), SQUARE, found)[0] == "F5"


def test_of_two_functions_with_one_name_each_has_its_own_lines() -> None:
    targets = (Target("shop.py", "square", (9,), ""), Target("shop.py", "square", (12,), ""))
    assert weighed(targets, SQUARE, measured(9))[1] == (9,)
