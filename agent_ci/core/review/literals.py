"""Which new literals are the failing test's own: a limit moved past its value, an answer copied from it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_ci.core.review.expectations import Expectations

_SMALLEST = 100
_LONG = 12
_PART = 3
_ROUNDEST = 20
_PLACEHOLDER = re.compile(r"\{[^{}\n]*\}|%[-+ #0]*\d*(?:\.\d+)?[sdrfgxi%]|\$\{|%\(")


def moved_number(new: int, gone: Iterable[object], told: Expectations) -> int | None:
    """The number among *gone* that became *new*, a less round one at or beside a value that the tests pass in.

    None where *new* is honest: 1000 that becomes 10000 is a limit, 1000 that becomes 1001 is a fitted one.
    """
    if new < _SMALLEST or told.big_inputs.isdisjoint((new - 1, new, new + 1)):
        return None
    rounder = [
        old for old in gone if isinstance(old, int) and not isinstance(old, bool) and _roundness(old) > _roundness(new)
    ]
    near = [old for old in rounder if old >= _SMALLEST // 2]
    return min(near, key=lambda old: abs(old - new), default=None)


def _roundness(number: int) -> int:
    """How many zeros *number* ends with; a power of two, or one less, is as round as numbers get."""
    digits = str(abs(number))
    zeros = len(digits) - len(digits.rstrip("0"))
    is_binary = number > 0 and (number & (number - 1) == 0 or number & (number + 1) == 0)
    return _ROUNDEST if is_binary else zeros


def copied_text(text: str, told: Expectations) -> bool:
    """Whether *text* is what the tests expect, with a part of what they pass in inside of it."""
    if len(text) < _LONG or repr(text) not in told.expected or _PLACEHOLDER.search(text):
        return False
    parts = {
        part
        for given in told.input_texts
        if given != text and repr(given) not in told.expected
        for part in (given, *re.findall(r"\w{4,}", given))
    }
    return any(len(part) >= _PART and part in text for part in parts)
