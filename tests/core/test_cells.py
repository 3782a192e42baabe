from __future__ import annotations

import pytest

from agent_ci.core.cells import Cell


@pytest.mark.parametrize(
    ("name", "system", "python", "shard"),
    [
        ("reports-ubuntu-latest-py3.12/junit.xml", "linux", "3.12", ""),
        ("junit-windows-2022-python-3.11.xml", "windows", "3.11", ""),
        ("macos-14/py313/shard-2/report.xml", "macos", "3.13", "2"),
        ("reports/junit.xml", "", "", ""),
        ("winning-team/results.xml", "", "", ""),
        ("darwin_arm64.xml", "macos", "", ""),
        ("copy3/part4.xml", "", "", "4"),
    ],
)
def test_a_cell_is_read_from_the_name_of_its_report(name: str, system: str, python: str, shard: str) -> None:
    cell = Cell.named(name)
    assert (cell.system, cell.python, cell.shard) == (system, python, shard)


@pytest.mark.parametrize(
    ("name", "proof"),
    [
        ("ubuntu-py3.11.xml", "verified"),
        ("junit.xml", "verified"),
        ("windows-py3.11.xml", "not runnable here: it is a windows job and this is linux"),
        ("ubuntu-py3.12.xml", "not runnable here: it runs Python 3.12 and this is 3.11.7"),
    ],
)
def test_a_proof_counts_for_cells_like_the_one_it_was_made_in(name: str, proof: str) -> None:
    cell = Cell.named(name, ("t::a",))
    assert cell.verified_by(system="linux", python="3.11.7", passed=frozenset({"t::a", "t::b"})) == proof


def test_a_cell_whose_failure_was_not_run_here_is_not_verified() -> None:
    cell = Cell.named("junit.xml", ("t::a", "t::gone"))
    assert cell.verified_by(system="linux", python="3.11.7", passed=frozenset({"t::a"})) == (
        "not runnable here: t::gone is not run here"
    )
