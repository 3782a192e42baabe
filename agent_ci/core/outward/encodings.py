"""The spellings in which a value leaks: what tools, shells, serialisers and people who hide something make of it."""

from __future__ import annotations

import base64
import codecs
import html
import json
import shlex
import zlib
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MAX_DECODED = 1_000_000
"""How many bytes a compressed piece of a text may grow to while it is searched."""

_LONG = 512
"""Characters from which a value is looked for in its common spellings only: the rare ones would cost seconds."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_GZIP, _ZLIB = b"\x1f\x8b", b"\x78"


def spellings(secret: str) -> Iterator[str]:
    """Every text that *secret* is looked for as; separators and case do not matter to the one who searches."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield from _texts(secret, raw)
    yield from _common(raw)
    yield raw.hex()
    if len(secret) <= _LONG:
        yield from _rare(secret, raw)


def decompressed(raw: bytes) -> bytes:
    """*raw* unpacked where it is gzip or zlib, up to a limit; *raw* itself where it is neither."""
    if not raw.startswith((_GZIP, _ZLIB)):
        return raw
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(raw, MAX_DECODED)
    except zlib.error:
        return raw


def _texts(secret: str, raw: bytes) -> Iterator[str]:
    once = quote(raw, safe="")
    twice = quote(once, safe="")
    yield from (secret, secret[::-1], once, twice, quote(twice, safe=""), quote_plus(raw))
    as_json = json.dumps(secret)[1:-1]
    yield from (as_json, json.dumps(as_json)[1:-1], repr(secret)[1:-1], repr(raw)[2:-1])
    yield from (html.escape(secret), html.escape(html.escape(secret)), shlex.quote(secret))


def _common(raw: bytes) -> Iterator[str]:
    """Base64 depends on where in a longer text the value stands: three alignments, without their edges."""
    for shift in range(3):
        encoded = base64.standard_b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(raw)) % 3 else 0)]


def _rare(secret: str, raw: bytes) -> Iterator[str]:
    yield codecs.encode(secret, "rot13")
    yield secret.encode("punycode", "replace").decode("ascii", "replace")
    wide = secret.encode("utf-16-le", "surrogatepass")
    for shift in range(5):
        encoded = base64.b32encode(b"\0" * shift + raw).decode().rstrip("=")
        yield encoded[(0, 2, 4, 5, 7)[shift] : len(encoded) - (1 if (shift + len(raw)) % 5 else 0)]
    for text in (*_common(raw), secret[::-1]):
        yield from _common(text.encode("utf-8", "surrogatepass"))
        yield text.encode("utf-8", "surrogatepass").hex()
    yield from _common(wide)
    yield wide.hex()
    for shift in range(4):
        yield base64.b85encode(b"\0" * shift + raw).decode()[(0, 2, 3, 4)[shift] :]
        yield base64.a85encode(b"\1" * shift + raw).decode()[(0, 2, 3, 4)[shift] :]
    yield from _numbers(secret, raw)


def _numbers(secret: str, raw: bytes) -> Iterator[str]:
    """Characters as numbers; what stands between them, such as commas, ``&#`` or ``%``, is skipped when searching."""
    for form in ("x{:02x}", "0x{:02x}", "{:d}", "{:o}", "{:03o}", "{:08b}", "0b{:b}"):
        yield "".join(form.format(byte) for byte in raw)
    yield "".join(f"u{ord(character):04x}" for character in secret)
    yield "".join(f"U{ord(character):08x}" for character in secret)
    yield "".join(f"x{ord(character):x}" for character in secret)
    number = int.from_bytes(raw)
    yield str(number) if number < 10**4000 else ""
    yield _base58(number)


def _base58(number: int) -> str:
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    return "".join(reversed(digits))
