"""How much of a test report is held: which cases, how many, and how much of their texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Keep(Enum):
    """Which cases a report holds; all of them are counted either way."""

    ALL = "all"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one report is held.

    ``cases`` and ``red`` are numbers of cases (for Keep.ALL and Keep.RED), ``text`` is characters of message
    and of traceback per case, ``tag`` is the bytes that one tag with its attributes, or one line, may take, and
    ``document`` is the bytes of a JSON document, which is held whole.
    """

    cases: int = 1_000_000
    red: int = 10_000
    text: int = 8_000
    tag: int = 16 * 2**20
    document: int = 64 * 2**20


class Excerpt:
    """The beginning and the end of a text of any length, in at most *limit* characters."""

    __slots__ = ("_half", "_head", "_left_out", "_tail")

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._head = self._tail = ""
        self._left_out = 0

    def add(self, text: str) -> None:
        """Append *text*."""
        room = self._half - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        tail = self._tail + text
        self._left_out += max(0, len(tail) - self._half)
        self._tail = tail[-self._half :]

    def __str__(self) -> str:
        gap = f"\n[... {self._left_out:,} characters left out ...]\n" if self._left_out else ""
        return f"{self._head}{gap}{self._tail}".strip()
