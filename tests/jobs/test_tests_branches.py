"""The job `tests` where every changed line is run and a branch of it is not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.red import Run
from tests.untested import FILES, WRITTEN, Untested, added, candidates

CAPPED = '''"""Prices."""


def net(price, tax):
    return price - tax


def capped(price, most):
    if price > most:
        price = most
    return price
'''
THERE = "from shop import capped, net\n\n\ndef test_shop():\n    assert (net(10, 2), capped(9, 4)) == (8, 4)\n"
OFFERED = """from shop import capped


def test_below():
    assert capped(3, 5) == 3


def test_another_above():
    assert capped(8, 5) == 5


def test_notices_nothing():
    assert str(capped(3, 5)) != ""
"""


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = Untested.make(tmp_path_factory.mktemp("branches"), FILES, {"shop.py": CAPPED, "tests/test_shop.py": THERE})
    return made.run(added(WRITTEN, OFFERED))


def test_a_branch_that_no_test_takes_is_a_target_and_said_in_words(offered: Run) -> None:
    told = offered.document["tests"]
    words = "line 9 is never run with the condition false"
    assert [(row["function"], row["lines"], row["branches"], row["reason"]) for row in told["targets"]] == [
        ("capped", [], [{"line": 9, "message": words}], f"every changed line of capped is run; {words}")
    ]
    assert told["patch_coverage"] == {"lines": 4, "before": 4, "after": 4}
    assert told["patch_branches"] == {"branches": 1, "before": 0, "after": 1}


def test_what_takes_no_new_branch_is_out_and_what_takes_one_has_to_notice_a_fault(offered: Run) -> None:
    assert {name: (row["rejected_by"], row["branches"]) for name, row in candidates(offered).items()} == {
        "test_below": ("", [9]),
        "test_another_above": ("F2", []),
        "test_notices_nothing": ("F5", [9]),
    }
    assert candidates(offered)["test_below"]["lines"] == []
    assert offered.document["tests"]["funnel"]["gained"] == 2
    assert "+# branch of line 9, kills 1 mutant, new-behaviour, by replay\n+def test_below():" in offered.patch


def test_people_read_of_the_branches_in_every_view(offered: Run) -> None:
    for name in ("explanation.md", "report.html"):
        assert "they took 0 and 1 of 1 changed branches" in (offered.out / name).read_text(encoding="utf-8")


FEE = "def fee(price):\n    cost = price * 2\n    if price > 50:\n        cost += 7\n    return cost\n"


def test_without_a_model_a_call_is_found_that_takes_the_branch(tmp_path: Path) -> None:
    there = "from shop import fee\n\n\ndef test_fee():\n    assert fee(60) == 127\n"
    made = Untested.make(tmp_path, FILES, {"shop.py": FEE, "tests/test_shop.py": there})
    run = made.run(proposer=("characterise",), repeat=1)
    kept = [row for row in candidates(run).values() if row["stage"] == "delivered"]
    assert {(row["target"], *row["lines"], *row["branches"]) for row in kept} == {("shop.py::fee", 3)}
    assert run.document["tests"]["patch_branches"] == {"branches": 1, "before": 0, "after": 1}
