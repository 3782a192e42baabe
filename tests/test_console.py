from __future__ import annotations

import io

import pytest

from agent_ci.console import Console, is_live


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("console", "expected"),
    [
        (Console(io.StringIO()), "  prove  0.0 s\nred in 2 of 2\n"),
        (Console(io.StringIO(), is_live=True), "\r\x1b[K  … prove\r\x1b[K  prove  0.0 s\n\r\x1b[Kred in 2 of 2\n"),
        (Console(io.StringIO(), is_quiet=True), ""),
        (Console(io.StringIO(), is_live=True, is_quiet=True), ""),
    ],
    ids=["plain", "live", "quiet", "quiet-terminal"],
)
def test_what_is_shown(console: Console, expected: str) -> None:
    with console.phase("prove"):
        pass
    console.say("red in 2 of 2")
    assert console.stream.getvalue() == expected  # type: ignore[attr-defined] # a StringIO


def test_the_time_of_a_phase_adds_up_even_where_it_fails() -> None:
    console = Console(io.StringIO(), is_quiet=True)
    with console.phase("prove"):
        first = console.timings.get("prove", 0.0)
    with pytest.raises(ValueError, match="broken"), console.phase("prove"):
        raise ValueError("broken")
    assert list(console.timings) == ["prove"]
    assert console.timings["prove"] > first


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "xterm", "CI": ""}, True),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
    ids=["terminal", "empty-ci", "ci", "dumb", "file"],
)
def test_only_a_terminal_outside_of_ci_is_redrawn(
    stream: io.StringIO, environment: dict[str, str], *, expected: bool
) -> None:
    assert is_live(stream, environment) is expected


def test_each_time_that_a_phase_went_on_is_kept_from_the_start_of_the_run() -> None:
    console = Console(io.StringIO(), is_quiet=True)
    with console.phase("prove"):
        pass
    with console.phase("prove"):
        pass
    first, second = console.timeline
    assert (first.name, second.name) == ("prove", "prove")
    assert 0 <= first.start <= first.start + first.seconds <= second.start
    assert console.timings == {"prove": first.seconds + second.seconds}
