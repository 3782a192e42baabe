"""A secret is removed in every form a tool may print it in, and nothing else is."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import quote, quote_plus

import pytest

from agent_ci.core.outward.secrets import REDACTED, WINDOW, redact
from bench.redaction import OTHERS, TOKEN, encodings

KEY = "sk-Proj/Zx81+uQm0=Rt55 vLw&9"
RAW = KEY.encode()

FORMS = {
    "plain": KEY,
    "upper case": KEY.upper(),
    "reversed": KEY[::-1],
    "base64": base64.b64encode(RAW).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(RAW).decode(),
    "base64, after one byte": base64.b64encode(b"x" + RAW).decode(),
    "base64, after two bytes": base64.b64encode(b"xy" + RAW).decode(),
    "base64, as a basic credential": base64.b64encode(b"robot:" + RAW + b"\n").decode(),
    "base32": base64.b32encode(RAW).decode(),
    "hex": RAW.hex(),
    "hex in upper case": RAW.hex().upper(),
    "hex escapes": "".join(f"\\x{byte:02x}" for byte in RAW),
    "URL": quote(KEY, safe=""),
    "URL form": quote_plus(KEY),
    "URL, every byte": "".join(f"%{byte:02X}" for byte in RAW),
    "JSON": json.dumps(KEY),
    "without its first characters": KEY[7:],
    "without its last characters": KEY[:13],
    "in a header's representation": repr(b"Bearer " + RAW),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_removed(form: str) -> None:
    text = redact(f"before {form} after", [KEY])
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert REDACTED in text
    assert not any(form[at : at + 12] in text for at in range(len(form) - 11))
    assert "sk-" not in text


def test_two_secrets_that_touch_leave_nothing_between_them() -> None:
    assert redact("a hunter2hunter2zebra-9zebra-9 b", ["hunter2hunter2", "zebra-9zebra-9"]) in ("a *** b", "a ****** b")


def test_every_occurrence_is_removed() -> None:
    assert redact(f"{KEY}, {KEY} and {KEY}", [KEY]) == "***, *** and ***"


def test_a_secret_beyond_ascii_is_removed_and_its_surroundings_stay() -> None:
    assert redact("İ pässwörd-ключ İ", ["pässwörd-ключ"]) == "İ *** İ"


@pytest.mark.parametrize("secret", ["", "1", "true", "test"])
def test_a_value_too_short_to_be_a_secret_shreds_nothing(secret: str) -> None:
    assert redact("1 test is true", [secret]) == "1 test is true"


@pytest.mark.parametrize("text", ["", "nothing here", "sk-Proj", "a" * 1000])
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text, [KEY, "another-secret-value"]) == text


def test_text_without_secrets_is_the_same_text() -> None:
    assert redact("x\0\ud800\u202e", []) == "x\0\ud800\u202e"


def test_text_that_cannot_be_encoded_is_still_searched() -> None:
    assert redact(f"\ud800{KEY}\udfff", [KEY]) == "\ud800***\udfff"


MISSED = {"xor 0x2a, then hex", "every second character"}


@pytest.mark.parametrize(("name", "form"), encodings(TOKEN).items(), ids=encodings(TOKEN))
def test_every_encoding_of_the_benchmark_is_removed_with_its_beginning(name: str, form: str) -> None:
    text = redact(f"the value is {form} and nothing else", [TOKEN, "another-secret-value"])
    assert text.startswith("the value is")
    assert text.endswith(" and nothing else")
    assert (form[:4] in text) is (name in MISSED)
    assert any(form[at : at + WINDOW] in text for at in range(len(form) - WINDOW + 1)) is (name in MISSED)


CHANGED = {
    "the first seven are cut off": (f"x {TOKEN[7:]} y", "x *** y"),
    "what precedes it in its word goes as well": (f"key=ghs_{TOKEN} y", "key=*** y"),
    "a name before it stays": (f"--token={TOKEN} y", "--token=*** y"),
    "a part of escapes": (f"x {TOKEN[:9]}\\x{ord(TOKEN[9]):02x}{TOKEN[10:]} y", "x *** y"),
    "escapes of escapes": ("x " + "".join(f"%255c%2575{ord(sign):04x}" for sign in TOKEN) + " y", "x *** y"),
    "two in one line": (f"{TOKEN} and {TOKEN[::-1]}", "*** and ***"),
}


@pytest.mark.parametrize(("text", "expected"), CHANGED.values(), ids=CHANGED)
def test_changes_this(text: str, expected: str) -> None:
    assert redact(text, [TOKEN]) == expected


UNCHANGED = {
    "words that share its letters": "the quick brown fox jumps over the lazy dog, ghp_ and q7Lr2",
    "eleven characters of it": f"x {TOKEN[4:15]} y",
    "a table of numbers": "((100, 100), (3, 1), 100, (75, 25)), ((10, 100), (1, 1), 100, (10, 90)), 0, 0, 0, 1, 1",
    "a commit id": "at 3f786850e387550fdab836ed7e6dc881de23001b and 89e6c98d92887913cadf06b2adb97f26cde4849b",
    "base64 of something else": base64.b64encode(bytes(range(200))).decode(),
    "a bomb that is cut off": base64.b64encode(gzip.compress(b"a" * 5_000_000)).decode(),
    "broken gzip": base64.b64encode(b"\x1f\x8b" + bytes(40)).decode(),
    "an entity that is none": "x &nosuch; &#9999999; \\u{ffffff} %zz y",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_changes_nothing(text: str) -> None:
    assert redact(text, [TOKEN, *OTHERS, "another-secret-value"]) == text


def test_a_value_that_repeats_itself_is_found_and_costs_no_more() -> None:
    text = redact("x " + "ab" * 2000 + " y", ["ab" * 300])
    assert (text[:2], text[-2:], "abab" in text) == ("x ", " y", False)


def test_a_value_of_digits_is_found_as_a_whole() -> None:
    assert redact("x 7302-6618 4402-9175 y, 730266184402", ["7302661844029175"]) == "x *** y, 730266184402"


def test_any_piece_of_a_very_long_value_is_found() -> None:
    value = "".join(chr(33 + at * at * 7 % 94) for at in range(3000))
    assert redact(f"x {value[1501:1530]} y", [value]).count(REDACTED) == 1
