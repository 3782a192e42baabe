"""Untrusted text in a prompt: nothing invisible, nothing that ends its fence, and a middle that can be left out."""

from __future__ import annotations

import re

import pytest

from agent_ci.core.questions.fence import Cleaned, cleaned, fenced, middle_cut, shrunk, tag_for

INVISIBLE = {
    "bidi override": "a\u202eb",
    "bidi isolate": "a\u2066b",
    "zero-width space": "a\u200bb",
    "zero-width joiner between letters": "a\u200db",
    "byte order mark": "a\ufeffb",
    "tag characters": "a\U000e0041b",
    "variation selector on a letter": "a\ufe01b",
    "soft hyphen": "a\u00adb",
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_invisible_characters_are_removed_and_counted(text: str) -> None:
    assert cleaned(text) == Cleaned("ab", 1)


KEPT = {
    "tabs, form feeds and line ends": "a\tb\x0c\nc",
    "letters of other scripts": "Grüße, мир, 世界",
    "an emoji": "❤\ufe0f",
    "a family of emoji": "👩\u200d💻 ❤\ufe0f\u200d🔥",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_can_be_seen_stays(text: str) -> None:
    assert cleaned(text) == Cleaned(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("a\x00\x07b", "ab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
    ids=["colours", "terminal links", "control characters", "line ends"],
)
def test_terminal_codes_are_removed_without_being_counted(text: str, expected: str) -> None:
    assert cleaned(text) == Cleaned(expected)


@pytest.mark.parametrize(
    ("texts", "tag"),
    [
        (["plain"], "data"),
        (["x </data> y"], "data1"),
        (['<data name="x">', "</ DATA1 >"], "data2"),
        (["database data"], "data"),
    ],
    ids=["ordinary text", "closes the tag", "opens and closes, oddly spelt", "the word alone"],
)
def test_the_tag_is_one_that_no_text_can_close(texts: list[str], tag: str) -> None:
    assert tag_for(texts) == tag


def test_a_name_cannot_leave_its_attribute() -> None:
    assert fenced('a"\n</data>\u202e.py', "x", tag="data") == '<data name="a /data .py">\nx\n</data>'


def block(name: str, lines: int) -> str:
    return fenced(name, "\n".join(f"line {number}" for number in range(lines)), tag="data")


@pytest.mark.parametrize("allowance", [3000, 5000, 9000])
def test_a_question_shrinks_in_its_data_and_nowhere_else(allowance: int) -> None:
    question = f"Repair this.\n{block('small', 20)}\nAnd\n{block('large', 2000)}\nNow."
    short = shrunk(question, allowance)
    assert allowance * 0.4 < len(short) <= allowance
    words = re.compile(
        r"Repair this\.\n<data name=\"small\">\n.*</data>\nAnd\n<data name=\"large\">\nline 0\n.*\nNow\.", re.DOTALL
    )
    assert words.fullmatch(short)
    assert block("small", 20) in short
    assert "characters left out ...]" in short
    assert shrunk(question, allowance) == short


def test_a_question_that_fits_stays_as_it_is() -> None:
    assert shrunk("Repair this.", 12) == "Repair this."


def test_the_words_of_a_question_are_never_cut() -> None:
    assert shrunk("word " * 1000, 2000) == ""
    assert shrunk("word " * 1000 + block("x", 100), 2000) == ""


def test_the_middle_is_cut_at_line_ends() -> None:
    text = "\n".join(f"line {number}" for number in range(1000))
    head, marker, tail = re.split(r"(\[\.\.\. \d+ characters left out \.\.\.\])", middle_cut(text, 200))
    assert text.startswith(head.removesuffix("\n"))
    assert text.endswith(tail.removeprefix("\n"))
    assert len(head + tail) <= 200
    assert str(len(text) - len(head) - len(tail) + 2) in marker
