from __future__ import annotations

from dataclasses import replace

from agent_ci.core.change import ChangedFile
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Control, Evidence, Finding, FirstBad, Flake, JobLog, Side, Suspect, Verdict
from agent_ci.core.screen import screen

RED = Status.FAILED
CASES = tuple(TestCase(f"t.py::test_{number}", RED, f"{number} failed: assert x", file="t.py") for number in range(30))
FULL = Evidence(
    "explain",
    "t.py::test_0: assert x",
    targets=CASES,
    controls=(Control(Side.HEAD, alone=True, statuses={"t.py::test_0": RED}, seconds=1.0),) * 8,
    flakes=tuple(Flake(f"t.py::flaky_{number}", 1, 8, "the clock") for number in range(9)),
    findings=tuple(Finding("log", None, f"error {number} " + "x" * 300) for number in range(30)),
    logs=tuple(JobLog(f"{number}.log", "x", f"make ended with exit code {number}\x1b[31m") for number in range(9)),
    notes=tuple(f"note {number}\x1b[31m" for number in range(30)),
    suspects=tuple(Suspect("a.py", number, "f", "why") for number in range(5)),
    since_green=tuple(ChangedFile(f"{number}.py", "M", "100644", "100644", 1, 2) for number in range(30)),
    first_bad=FirstBad("c" * 40, "a subject", "somebody", tested=4, of=9),
    toolchain={"python": "/usr/bin/python3"},
)


def lines(evidence: Evidence = FULL) -> list[str]:
    return screen(Verdict(Outcome.EXPLAINED, "it is red", evidence)).splitlines()


def test_it_fits_on_one_screen_whatever_there_is_to_say() -> None:
    assert len(lines()) <= 40
    assert max(len(line) for line in lines()[1:] if not line.startswith("reproduce")) <= 110


def test_it_says_everything_a_person_asks_first() -> None:
    text = "\n".join(lines())
    assert lines()[0] == "explained: it is red"
    for said in (
        "30 test(s)",
        "the clock flips it",
        "a.py:0 f (why)",
        "head: red in 8 of 8 runs",
        "step        make ended with exit code 0",
        "0.py +1 -2",
        f"first bad   {'c' * 12} a subject (somebody); 4 commits were run",
        "reproduce   /usr/bin/python3 -m pytest t.py::test_0",
    ):
        assert said in text


def test_nothing_from_outside_reaches_the_terminal_as_a_command() -> None:
    assert "\x1b" not in "".join(lines())


def test_a_green_build_is_one_line() -> None:
    assert lines(replace(Evidence("explain", "it is green"))) == ["explained: it is red"]


def test_what_logs_say_is_counted_by_kind() -> None:
    said = tuple(Finding(f"src/a{n}.c", n, f"'x{n}' is not declared", tool="gcc") for n in range(1, 4))
    verdict = Verdict(Outcome.EXPLAINED, "red", Evidence("explain", "red", findings=said))
    assert "log says    src/a1.c:1: 'x1' is not declared (and 2 more like it)" in screen(verdict)
