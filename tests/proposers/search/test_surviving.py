"""What is still tried once an edit survived."""

from __future__ import annotations

import pytest

from agent_ci.proposers.search.kit.bench import Prepared
from agent_ci.proposers.search.kit.operators import Candidate
from agent_ci.proposers.search.kit.surviving import is_worth_a_start
from agent_ci.sandbox_kit.source import Source, Splice

SOURCE = Source("a.py", b"x = 1\n")


def prepared(rank: float) -> Prepared:
    return Prepared(Candidate("a.py", Splice(4, 5, "2"), "integer", 1, rank), SOURCE, ())


@pytest.mark.parametrize(("ranks", "is_tried"), [((), True), ((0.3,), True), ((0.3, 0.5), False), ((0.4,), False)])
def test_a_fresh_process_is_started_only_for_what_could_come_first(ranks: tuple[float, ...], *, is_tried: bool) -> None:
    assert is_worth_a_start(prepared(0.4), [prepared(rank) for rank in ranks]) is is_tried
