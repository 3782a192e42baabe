from __future__ import annotations

import time

import pytest

from agent_ci.core.logs import cleaning
from agent_ci.core.logs.cleaning import Mark, clean

STAMP = "2021-12-01T13:00:40.1077661Z "
FORMS = {
    "plain": ("made it\n", [(1, "made it", "")]),
    "a BOM and a timestamp": (f"\ufeff{STAMP}made it", [(1, "made it", "")]),
    "gh run view": (f"build\tRun make\t{STAMP}made it", [(1, "made it", "Run make")]),
    "gh run view, unnamed": (f"build\tUNKNOWN STEP\t\ufeff{STAMP}made it", [(1, "made it", "")]),
    "a step of GitHub": (
        f"{STAMP}##[group]Run make all\n{STAMP}##[endgroup]\n{STAMP}##[group]Inner\n{STAMP}made it",
        [
            (1, "Run make all", "Run make all"),
            (2, "", "Run make all"),
            (3, "Inner", "Run make all"),
            (4, "made it", "Run make all"),
        ],
    ),
    "a section of GitLab": (
        (
            "section_start:1560896352:step_script[collapsed=true]\r\x1b[0K\x1b[36;1mRunning it\x1b[0;m\nmade it\n"
            "section_end:1560896353:step_script\r\x1b[0K\nbye"
        ),
        [(1, "Running it", "step_script"), (2, "made it", "step_script"), (4, "bye", "")],
    ),
    "GitLab with timestamps": ("2024-05-22T12:43:46.962646Z 00O made it", [(1, "made it", "")]),
    "a fold of Travis": (
        (
            "travis_fold:start:install\r\x1b[0Ktravis_time:start:0b1c\r\x1b[0K$ make\nmade it\n"
            "travis_fold:end:install\r\x1b[0K"
        ),
        [(1, "$ make", "install"), (2, "made it", "install")],
    ),
    "colours": ("\x1b[31;1mfatal\x1b[0m: it\x1b[K", [(1, "fatal: it", "")]),
    "colours without their escapes": ("[\x1b[1;31mERROR\x1b[m] a [1m[31mb[0m", [(1, "[ERROR] a b", "")]),
    "a link": ("\x1b]8;;https://example.org\x07made it\x1b]8;;\x07", [(1, "made it", "")]),
    "progress": ("10 %\r20 %\rmade it\r\n", [(1, "made it", "")]),
    "a clock": ("[12:34:56] made it\n12:34:57.8 made it", [(1, "made it", ""), (2, "made it", "")]),
    "numbers of lines": ("a\n\n\r\n   \nb", [(1, "a", ""), (5, "b", "")]),
    "control characters": ("a\x00b\x08c\x7f\td", [(1, "abc\td", "")]),
    "an index": ("list[0] and [12] stay", [(1, "list[0] and [12] stay", "")]),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_around_a_line_is_taken_away_and_its_number_stays(form: str) -> None:
    text, expected = FORMS[form]
    assert [(line.number, line.text, line.step) for line in clean(text)] == expected


@pytest.mark.parametrize(
    ("text", "mark", "said"),
    [
        ("##[error]no", Mark.ERROR, "no"),
        ("::error::no", Mark.ERROR, "no"),
        ("##[command]/usr/bin/git version", Mark.COMMAND, "/usr/bin/git version"),
        ("[command]/usr/bin/git version", Mark.COMMAND, "/usr/bin/git version"),
        ("##[warning]hm", Mark.WARNING, "hm"),
        ("##[debug]hm", Mark.OTHER, "hm"),
        ("::error file=a.c,line=3::no", Mark.NONE, "::error file=a.c,line=3::no"),
        ("##[unknown]x", Mark.NONE, "##[unknown]x"),
    ],
)
def test_the_marks_of_github_are_read(text: str, mark: Mark, said: str) -> None:
    assert [(line.mark, line.text) for line in clean(text)] == [(mark, said)]


def test_of_a_very_long_log_the_begin_and_the_end_are_read_with_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "MOST_LINES", 10)
    monkeypatch.setattr(cleaning, "_FIRST", 2)
    numbers = [line.number for line in clean("\n".join(f"line {n}" for n in range(1, 101)))]
    assert numbers == [1, 2, *range(93, 101)]
    assert [line.text for line in clean("\n".join(f"line {n}" for n in range(1, 101)))][2] == "line 93"


HOSTILE = {
    "escapes": "\x1b[" * 200_000,
    "links": "\x1b]8;;" * 200_000,
    "an open link": "\x1b]8;;" + "x" * 1_000_000,
    "parameters": "\x1b[" + "1;" * 500_000,
    "brackets": "[" * 1_000_000,
    "numbers in brackets": "[0;" * 400_000,
    "tabs": "a\t" * 500_000,
    "returns": "\r" * 1_000_000,
    "sections": "section_start:1:a[" * 60_000,
    "folds": "travis_fold:start:" * 60_000,
    "digits": "1" * 1_000_000,
    "blanks": " " * 1_000_000 + "x",
    "marks": "::error " * 100_000,
    "short lines": "x\n" * 500_000,
    "empty lines": "\n" * 5_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_takes_long(name: str) -> None:
    started = time.process_time()
    lines = clean(HOSTILE[name])
    assert time.process_time() - started < 2
    assert all(len(line.text) <= cleaning.LONGEST for line in lines)


@pytest.mark.parametrize(
    "text", ["[main] ERROR boom", "FAILED t.py::test_x[main]", "map[Key]int", "rate(x[5m])", "return a[m]", "a[0K]"]
)
def test_brackets_that_are_no_colours_stay(text: str) -> None:
    assert [line.text for line in clean(text)] == [text]


def test_what_stands_behind_a_long_progress_bar_is_read() -> None:
    assert [line.text for line in clean("a\r" * 9_000 + "\rerror: real cause")] == ["error: real cause"]
