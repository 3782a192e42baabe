"""The triage bench measures what it says: its cases are many, and one of each outcome is run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bench.triage.__main__ import measured
from bench.triage.cases import CASES
from bench.triage.seeded import REPAIR


def test_the_cases_are_many_and_of_every_kind() -> None:
    kinds = Counter(case.kind for case in CASES.values())
    assert len(CASES) >= 40
    assert set(kinds) >= {
        *("bug", "order", "hash seed", "clock", "race", "shared file", "network", "dependency", "disk", "base red"),
        *("environment", "quarantined"),
    }
    assert all(case.why for case in CASES.values())


@pytest.mark.parametrize(
    "name",
    [
        "assertion",
        "red base, pull request",
        "red on the default branch",
        "polluted by a module",
        "a program in a shell",
    ],
)
def test_a_case_is_called_what_it_is(name: str) -> None:
    got, right, runs, _seconds = measured(CASES[name], repeat=3)
    assert (got, right) == (CASES[name].expected, "yes")
    assert runs >= 3


def test_a_wrong_name_is_seen() -> None:
    case = replace(CASES["green"], expected=REPAIR)
    assert measured(case, repeat=2)[:2] == ("nothing_to_do", "NO")
