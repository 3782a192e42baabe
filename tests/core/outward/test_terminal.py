"""Nothing stays in a text that a terminal obeys or that a reader cannot see, and what can be seen stays."""

from __future__ import annotations

import pytest

from agent_ci.core.outward.terminal import Cleaned, cleaned

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
