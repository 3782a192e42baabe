"""Words that promise or frighten are borne by words of their kind, and not by others that have their letters."""

from __future__ import annotations

import pytest

from agent_ci.core.notes.sources import Sources
from agent_ci.core.notes.support import BREAKING, FASTER, Family, bears, unsupported
from tests.core.notes.test_sources import unit


@pytest.mark.parametrize(
    ("family", "title", "is_borne"),
    [
        (BREAKING, "Fix line breaks", False),
        (BREAKING, "Add breakpoints", False),
        (BREAKING, "This breaks old settings", True),
        (BREAKING, "Not backwards-compatible", True),
        (FASTER, "Fix time zones", False),
        (FASTER, "Fix the time zone", False),
        (FASTER, "Show time stamps", False),
        (FASTER, "Describe breakfast", False),
        (FASTER, "Take less time", True),
        (FASTER, "Cache look-ups", True),
    ],
)
def test_a_family_is_borne_by_whole_words(family: Family, title: str, is_borne: bool) -> None:  # noqa: FBT001 - a case
    assert bears(Sources(unit(title)), family) is is_borne


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A breaking change of the parser.", ["breaking"]),
        ("Totals are rounded, breaking the old sums.", ["breaking"]),
        ("Breaking: the parser is new.", ["Breaking"]),
        ("This is breaking.", ["breaking"]),
        ("Breaking in tests, and a new parser.", ["Breaking"]),
    ],
)
def test_who_says_that_something_breaks_needs_a_source(text: str, words: list[str]) -> None:
    assert [word for word, _ in unsupported(text, (Sources(unit("Read tokens")),))] == words
