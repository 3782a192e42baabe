"""A secret is removed in every form a tool may print it in, and nothing else is."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from agent_ci.core.secrets import REDACTED, redact

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
