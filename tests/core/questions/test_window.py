"""A long file is shown where it matters, and its gaps are marked."""

from __future__ import annotations

import re

import pytest

from agent_ci.core.questions.window import windowed, with_gaps

ROWS = [f"row {number}" for number in range(1, 1001)]
TEXT = "\n".join(ROWS)


def test_a_file_that_fits_is_shown_whole() -> None:
    assert windowed(TEXT, (5,), len(TEXT)) == TEXT


@pytest.mark.parametrize("allowance", [200, 500, 2000, 5000])
@pytest.mark.parametrize("lines", [(500,), (1, 1000), (2000,), (), (300, 310, 900)], ids=str)
def test_every_shown_line_is_exact_and_every_gap_says_what_is_missing(lines: tuple[int, ...], allowance: int) -> None:
    shown = windowed(TEXT, lines, allowance).split("\n")
    rebuilt: list[str] = []
    for row in shown:
        if row.startswith("[... line"):
            first, *rest = [int(number) for number in re.findall(r"\d+", row)]
            rebuilt += ROWS[first - 1 : (rest or [first])[0]]
        else:
            rebuilt.append(row)
    assert rebuilt == ROWS
    assert len("\n".join(shown)) <= allowance
    assert all(ROWS[line - 1] in shown for line in lines if line <= 1000)


def test_the_head_is_shown_beside_the_lines_that_matter() -> None:
    shown = windowed(TEXT, (500,), 2000)
    assert shown.startswith("row 1\nrow 2\n")
    assert "\nrow 480\n" in shown


def test_lines_too_long_for_the_room_are_cut() -> None:
    assert len(windowed("x" * 10_000, (1,), 100)) == 100


def test_a_gap_is_shown_where_its_mark_would_be_longer() -> None:
    assert with_gaps(["a", "", "b = 1", "c"], (1, 4)) == "a\n\nb = 1\nc"
    assert with_gaps(["a", "b" * 40, "c"], (1, 3)) == "a\n[... line 2 ...]\nc"
