"""What the filters make of tests that are held against each other, from figures alone."""

from __future__ import annotations

import pytest

from agent_ci.core.worth.selection import Reach, Useful
from agent_ci.core.worth.tests_file import TestsFile
from agent_ci.core.worth.values import Stage
from agent_ci.jobs.sieve import Sieve


@pytest.mark.parametrize(("suite_seconds", "kept"), [(0.0, 10), (210.0, 11), (1000.0, 12)])
def test_new_tests_that_take_too_long_together_lose_the_slowest(suite_seconds: float, kept: int) -> None:
    text = "".join(f"def test_{number}():\n    assert f({number}) == {number}\n\n\n" for number in range(12))
    file = TestsFile.read(text)
    assert file is not None
    sieve = Sieve("tests/test_f.py", file, (), {})
    for number, candidate in enumerate(sieve.left):
        sieve.advance(candidate, Stage.KILLED, seconds=1.9 + number / 1000)
        sieve.useful[candidate] = Useful(candidate, "f", frozenset({str(number)}), frozenset({number}), 2, number)
    sieve.select(room=30, suite_seconds=suite_seconds, reach=Reach())
    assert [candidate.name for candidate in sieve.left] == [f"test_{number}" for number in range(kept)]
    assert {one.rejected_by for one in sieve.judged.values()} <= {"", "F8"}
