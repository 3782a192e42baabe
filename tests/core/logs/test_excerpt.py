from __future__ import annotations

import random
import time
from typing import Any

import pytest

from agent_ci.core.logs import excerpt as excerpts
from agent_ci.core.logs.cleaning import Line, clean
from agent_ci.core.logs.excerpt import Excerpt
from agent_ci.core.logs.steps import failing_step


def excerpt(lines: tuple[Line, ...], **given: Any) -> Excerpt:
    return excerpts.excerpt(lines, failing_step(lines), **given)


def chatter(count: int, seed: int = 0) -> list[str]:
    words = random.Random(seed)  # noqa: S311 - no secret is made of it
    return [f"step {words.choice(('copies', 'links', 'reads'))} {words.choice('abcdefgh') * 9}" for _ in range(count)]


CAUSE = [
    "src/cart.c:7:3: error: expected ';' before 'return'",
    "    7 |   return total",
    "      |   ^~~~~~",
]


def test_the_cause_is_kept_wherever_it_stands() -> None:
    for place in (0, 500, 995):
        text = "\n".join([*chatter(place), *CAUSE, *chatter(1000 - place, seed=1)])
        shown = [line.text for line in excerpt(clean(text), most_lines=20).lines]
        assert [line for line in CAUSE if line in shown] == CAUSE


def test_what_is_left_out_is_said_with_the_numbers_of_the_lines() -> None:
    text = "\n".join([*(f"fine {chr(97 + n % 26)}{n}" for n in range(300)), *CAUSE, "bye"])
    shown = excerpt(clean(text), most_lines=8).text.split("\n")
    gaps = [line for line in shown if "left out" in line]
    assert gaps
    assert gaps[0].startswith("… ")
    assert " lines left out (1 to " in gaps[0]
    kept = len(shown) - len(gaps)
    assert kept == 8


def test_every_line_of_the_log_is_shown_or_counted() -> None:
    text = "\n".join(["a", "", "b", *chatter(400), *CAUSE, *chatter(50)])
    made = excerpt(clean(text), most_lines=30)
    counted = len(made.lines)
    for line in made.text.split("\n"):
        if line.startswith("… line "):
            counted += 1
        elif line.startswith("… "):
            counted += int(line.split()[1])
    assert counted == made.end == len(text.split("\n"))


def test_both_budgets_hold() -> None:
    lines = clean("\n".join(f"error {n}: " + chr(97 + n % 26) * 300 for n in range(500)))
    assert len(excerpt(lines, most_lines=40).lines) == 40
    made = excerpt(lines, most_lines=40, most_characters=3_000)
    assert 5 <= len(made.lines) < 40
    assert sum(len(line.text) for line in made.lines) <= 3_000


def test_the_tail_of_the_step_that_failed_is_kept_and_what_follows_it_counts_less() -> None:
    steps = ["##[group]Run make", *chatter(300), "almost there", "##[error]Process completed with exit code 2."]
    after = ["##[group]Run cleanup", *(f"error: cannot clean {chr(97 + n % 26)} {n}" for n in range(100))]
    shown = [line.text for line in excerpt(clean("\n".join([*steps, *after])), most_lines=40).lines]
    assert "almost there" in shown
    assert "Process completed with exit code 2." in shown


def test_what_repeats_itself_is_shown_once() -> None:
    text = "\n".join(["error: the same"] * 500 + CAUSE + ["error: the same"] * 500)
    shown = [line.text for line in excerpt(clean(text), most_lines=20).lines]
    assert shown.count("error: the same") == 1
    assert CAUSE[0] in shown


def test_what_differs_in_numbers_only_does_not_crowd_out_the_one_line_that_does_not() -> None:
    many = [f"ERROR: connection {n} was lost" for n in range(1_000)]
    text = "\n".join([*many[:300], "ERROR: the port is in use", *many[300:]])
    shown = [line.text for line in excerpt(clean(text), most_lines=40).lines]
    assert "ERROR: the port is in use" in shown


def test_what_the_green_log_has_as_well_gives_way() -> None:
    usual = [f"ERROR: harmless {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)]
    red = "\n".join([*usual[:100], "it cannot go on", *usual[100:], "bye"])
    without = [line.text for line in excerpt(clean(red), most_lines=40).lines]
    assert "it cannot go on" not in without
    shown = [line.text for line in excerpt(clean(red), most_lines=40, green=clean("\n".join(usual))).lines]
    assert "it cannot go on" in shown


def test_a_short_log_is_shown_whole_and_an_empty_one_is_nothing() -> None:
    assert excerpt(clean("a\nb\n")).text == "a\nb"
    assert excerpt(()) == Excerpt()
    assert excerpt(()).text == ""


@pytest.mark.parametrize(
    "line", ["error " * 300, "at " * 600, "1" * 2_000, ": " * 900, "x" * 1_999 + "{n}", " " * 1_999, "a.b:" * 400]
)
def test_no_line_takes_long(line: str) -> None:
    lines = clean("\n".join(line.replace("{n}", str(n)) + chr(97 + n % 26) for n in range(2_000)))
    started = time.process_time()
    excerpt(lines)
    assert time.process_time() - started < 3
