"""Which lines an edit makes unreachable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest

from agent_ci.proposers.search.kit.bench import Bench, Prepared
from agent_ci.proposers.search.kit.observed import Observed
from agent_ci.proposers.search.kit.operators import Candidate
from agent_ci.proposers.search.kit.reaching import lost
from agent_ci.sandbox_kit.source import Source, Splice

SOURCE = Source("a.py", b"a = 1\nb = 2\nc = 3\nd = 4\n")  # the edit replaces what stands in line 2


def ran(*lines: int, seconds: float = 0.1) -> dict[str, Any]:
    """A case that ran *lines* of the file."""
    return {"lines": {"a.py": list(lines)}, "seconds": seconds}


@dataclass
class Again:
    """In the place of the warm process: what *messages* the cases send when they are run with the edit."""

    messages: list[dict[str, Any]]

    def observe_with(self, _prepared: Prepared, ids: Sequence[str], **_: object) -> list[dict[str, Any]]:
        return self.messages[: len(ids)]


def lines_lost(
    green: Mapping[str, dict[str, Any]], again: Sequence[dict[str, Any]], *, text: str = "7", is_warm: bool = True
) -> int:
    """Of a failing case, which ran lines 1 and 2, and of *green* ones; with the edit they run what is said *again*."""
    prepared = Prepared(Candidate("a.py", Splice(10, 11, text), "integer", 2, 1.0), SOURCE, (), is_warm=is_warm)
    return lost(prepared, Observed({"red": ran(1, 2)}, dict(green)), cast("Bench", Again(list(again))))


@pytest.mark.parametrize(
    ("green", "again", "expected"),
    [
        ({"near": ran(1, 2, 3)}, [ran(1, 2, 4), ran(1, 2, 3)], 0),
        ({"near": ran(1, 2, 3)}, [ran(1, 2), ran(1, 2)], 1),
        ({"near": ran(1, 2, 3, 4)}, [ran(1, 2), ran(1, 2)], 2),
        ({"near": ran(1, 2, 3), "far": ran(1, 3)}, [ran(1, 2), ran(1, 2)], 0),
        ({"near": ran(1, 2, 3)}, [ran(1, 2, 3), ran(1)], 0),
        ({"near": ran(1, 2, 3)}, [ran(1, 2)], 0),
        ({"near": ran(1, 2, 3, seconds=60.0)}, [ran(1, 2), ran(1, 2)], 0),
    ],
    ids=["run", "lost", "two lost", "run by another", "run by the failing one", "not told", "too slow to be told"],
)
def test_lines_are_lost_that_passing_cases_ran_and_none_runs(
    green: Mapping[str, dict[str, Any]], again: Sequence[dict[str, Any]], expected: int
) -> None:
    assert lines_lost(green, again) == expected


def test_lines_below_the_edit_are_known_where_it_adds_some() -> None:
    assert lines_lost({"near": ran(1, 2, 3)}, [ran(1, 2, 5), ran(1, 2)], text="7\nx = 1\ny = 1") == 0
    assert lines_lost({"near": ran(1, 2, 3)}, [ran(1, 2, 3, 4), ran(1, 2)], text="7\nx = 1\ny = 1") == 1


def test_an_edit_that_needs_a_fresh_process_is_not_observed() -> None:
    assert lines_lost({"near": ran(1, 2, 3)}, [ran(1, 2), ran(1, 2)], is_warm=False) == 0
