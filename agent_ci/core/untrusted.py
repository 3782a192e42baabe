"""Reads values of a JSON document that somebody else may have written: a wrong type is an error with a sentence."""

from __future__ import annotations

import math


def text(value: object) -> str:
    """*value* where it is a text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{_shown(value)} is no text")
    return value


def texts(values: object) -> tuple[str, ...]:
    """*values* where they are a list of texts. Raises TypeError."""
    if not isinstance(values, list):
        raise TypeError(f"{_shown(values)} is no list")
    return tuple(map(text, values))


def count(value: object) -> int:
    """*value* where it is a whole number from 0 up. Raises TypeError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{_shown(value)} is no whole number from 0 up")
    return value


def amount(value: object) -> float:
    """*value* where it is a finite number from 0 up. Raises TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise TypeError(f"{_shown(value)} is no number from 0 up")
    return float(value)


def _shown(value: object) -> str:
    return f"{value!r:.60}"
