"""Other readings of one text (without separators, without escapes), each knowing where in the text it came from."""

from __future__ import annotations

import html
import re
import string
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

T = TypeVar("T")

_SEPARATORS = re.compile(r"[\W_]+")
_KEPT = re.compile(r"[^\W_]+")
_ASCII_SEPARATORS = bytes(code for code in range(128) if not chr(code).isalnum())
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9a-f]{2})|u\{(?P<braced>[0-9a-f]{1,6})\}|u(?P<u>[0-9a-f]{4})"
    r"|(?P<octal>[0-7]{3})|(?P<plain>[nrtbfv\"'\\/]))"
    r"|%(?P<percent>[0-9a-f]{2})"
    r"|&(?P<entity>#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);"
    r"|=(?P<quoted>[0-9a-f]{2}|\r?\n)",  # quoted-printable, and its soft line ends
    re.IGNORECASE,
)
_LINE_END = " "  # what an escaped line end or tab is read as
_LARGEST = 0x10FFFF

_FOLD = {
    **{ord(letter): letter.lower() for letter in map(chr, range(0x530)) if len(letter.lower()) == 1},
    **{0xFF01 + at: chr(0x21 + at).lower() for at in range(94)},  # full-width forms
}


@dataclass(frozen=True)
class View:
    """One reading. ``span`` says which part of the original text the characters from *start* to *end* stand for."""

    text: str
    span: Callable[[int, int], tuple[int, int]]


def itself(text: str) -> View:
    """*text* with case and width of its letters folded, nothing moved."""
    return View(text if text.islower() and text.isascii() else text.translate(_FOLD), lambda start, end: (start, end))


def squeezed(view: View) -> View:
    """*view* without everything that is no letter and no digit."""
    runs = _Lazily(lambda: _runs(view.text))

    def place(index: int) -> int:
        befores, starts = runs.value
        run = bisect_right(befores, index) - 1
        return starts[run] + index - befores[run]

    return View(_squeezed(view.text), lambda start, end: view.span(place(start), place(end - 1) + 1))


def squeezed_text(text: str) -> str:
    """What ``squeezed`` makes of *text*."""
    return _squeezed(text.translate(_FOLD))


def _squeezed(text: str) -> str:
    if text.isascii():
        return text.encode().translate(None, _ASCII_SEPARATORS).decode()
    return _SEPARATORS.sub("", text)


def _runs(text: str) -> tuple[list[int], list[int]]:
    """For each run of letters and digits: how many of them come before it, and where it starts."""
    befores, starts, count = [], [], 0
    for found in _KEPT.finditer(text):
        befores.append(count)
        starts.append(found.start())
        count += found.end() - found.start()
    return befores, starts


def unescaped(view: View) -> View | None:
    """*view* with the escapes of URLs, JSON, HTML, C and mail resolved; None where it holds none."""
    if not _ESCAPE.search(view.text):
        return None
    places = _Lazily(lambda: _origins(view.text))
    text = _ESCAPE.sub(_character, view.text)
    return View(text, lambda start, end: view.span(places.value[start], places.value[end]))


class _Lazily(Generic[T]):
    """A value that is computed when something was found and not before."""

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute = compute

    @cached_property
    def value(self) -> T:
        return self._compute()


def _origins(text: str) -> list[int]:
    """Where each character of the unescaped text begins in *text*, and where *text* ends."""
    places: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        places += range(at, found.start())
        places += [found.start()] * len(_character(found))
        at = found.end()
    places += range(at, len(text) + 1)
    return places


def _character(found: re.Match[str]) -> str:
    kind, value = str(found.lastgroup), found[str(found.lastgroup)]
    if kind == "entity":
        return html.unescape(f"&{value};").translate(_FOLD)
    if kind == "plain":
        return _LINE_END if value in string.ascii_letters else value
    if kind == "quoted" and value.isspace():
        return ""
    code = int(value, 8 if kind == "octal" else 16)
    return chr(code).translate(_FOLD) if code <= _LARGEST else found[0]
