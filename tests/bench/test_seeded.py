from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.seeded.case import Case
from bench.seeded.measuring import Measured, measured
from bench.seeded.of_tools import CASES as OF_TOOLS
from bench.seeded.python_slips import CASES as PYTHON_SLIPS

CASES = {**PYTHON_SLIPS, **OF_TOOLS}


def test_what_a_tool_finds_it_repairs_with_the_same_proof_and_no_call(tmp_path: Path) -> None:
    case = CASES["lint-of-an-unused-import"]
    case = replace(case, green={path: text for path, text in case.green.items() if "test" not in path})
    found = measured(case, tmp_path, repeat=1)
    assert (found.outcome, found.proposer, found.calls, found.holds) == ("fixed", "autofix", 0, True)


def test_what_a_person_has_to_decide_is_told_and_not_changed(tmp_path: Path) -> None:
    case = CASES["snapshot-that-differs"]
    assert measured(case, tmp_path, repeat=1).is_right(case)


def test_there_are_twenty_repositories_to_repair_of_each_kind_that_is_promised() -> None:
    repairable = [case for case in CASES.values() if case.expected == "fixed"]
    assert len(repairable) >= 20
    assert {case.kind for case in repairable} >= {"import", "rename", "format", "lint", "lock", "pin", "again"}


def test_a_repair_that_took_a_call_or_does_not_hold_is_not_right() -> None:
    case = Case("import", {}, {})
    good = Measured("fixed", "autofix", 0, holds=True, told="", seconds=1.0)
    assert good.is_right(case)
    assert not replace(good, calls=1).is_right(case)
    assert not replace(good, holds=False).is_right(case)
    assert not replace(good, outcome="no_fix").is_right(case)
