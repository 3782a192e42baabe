"""What a secret looks like when it leaks: itself, its encodings, and long pieces of either."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import quote, quote_plus

REDACTED = "***"
WINDOW = 12
"""The length of a piece, in characters, that gives a secret away even where the rest is cut off."""

_SHORTEST = 6
"""Shorter values are words like ``true`` or ``1``: removing them would shred the text and hide nothing."""

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def redact(text: str, secrets: Iterable[str]) -> str:
    """*text* without the values of *secrets*, in plain form, reversed, or in base64, URL, hex or JSON form.

    Case is ignored, so that an upper-cased key is found too, and of a long secret any piece of 12 characters
    is removed together with what continues it. Nothing of a secret remains, not even its first characters.
    """
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    folded = text.translate(_FOLD)
    spans = sorted(span for form in forms for span in _found(folded, form.translate(_FOLD)))
    return _without(text, spans) if spans else text


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield secret[::-1]
    yield quote(raw, safe="")
    yield quote_plus(raw)
    yield "".join(f"%{byte:02x}" for byte in raw)
    yield raw.hex()
    yield "".join(f"\\x{byte:02x}" for byte in raw)
    yield json.dumps(secret)[1:-1]
    yield base64.b32encode(raw).decode().rstrip("=")
    yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Base64 depends on where in a longer text the value stands: three alignments, without their edges."""
    for shift in range(3):
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * shift + raw).decode().rstrip("=")
            clean_from = (0, 2, 3)[shift]
            clean_to = len(encoded) - (1 if (shift + len(raw)) % 3 else 0)
            if clean_to - clean_from >= _SHORTEST:
                yield encoded[clean_from:clean_to]


def _found(text: str, form: str) -> Iterator[tuple[int, int]]:
    if len(form) < WINDOW:
        yield from _occurrences(text, form)
        return
    for start in range(len(form) - WINDOW + 1):
        yield from _occurrences(text, form[start : start + WINDOW])


def _occurrences(text: str, piece: str) -> Iterator[tuple[int, int]]:
    at = text.find(piece)
    while at >= 0:
        yield at, at + len(piece)
        at = text.find(piece, at + 1)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    merged = list(_merged(spans))
    edges = [(0, 0), *merged, (len(text), len(text))]
    return REDACTED.join(text[before[1] : after[0]] for before, after in pairwise(edges))


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = spans[0]
    for next_start, next_end in spans[1:]:
        if next_start > end:
            yield start, end
            start, end = next_start, next_end
        else:
            end = max(end, next_end)
    yield start, end
