"""Arguments like those of a call with every value in them changed, and whether a value claims to equal strangers.

Python 3.10 and its standard library only.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import decimal
import fractions
import itertools
from collections.abc import Callable, Iterator
from typing import Any

STEPS = (1, 2, 3, 5, 7, 11, 101, 1009)
DEEPEST = 4
STRANGERS: tuple[tuple[Any, Any], ...] = (
    (918_273_645, 546_372_819),
    ("qzxv", "vxzq"),
    (("qzxv",), ("vxzq",)),
    (object(), object()),
)
"""Pairs of unlike values: what equals both of one pair equals anything of its kind."""


def nearby(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """*arguments* with every value in them changed, each time by another step, and some of another size as well."""
    moved = [moved_by(step, arguments) for step in STEPS]
    if not moved or moved[0] is None:
        return []
    found = [other for other in moved if other is not None]
    resized = (
        {**other, name: size(other[name])}
        for other, size in zip(found, (first, doubled, longer), strict=False)
        for name in arguments
        if type(other[name]) in (list, tuple, str)
    )
    return [*found, *resized]


def first(value: Any) -> Any:
    """The first half of *value*, and at least one item."""
    return value[: max(1, len(value) // 2)]


def doubled(value: Any) -> Any:
    """*value* twice."""
    return value + value


def longer(value: Any) -> Any:
    """*value* and its first item again."""
    return value + value[:1]


def moved_by(step: int, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """*arguments* with every number, text and date changed, each by one *step* more; None where there is none.

    Values that are changed alike would keep their differences, and what is computed from those.
    """
    steps = itertools.count(step, step)
    found = {name: moved(value, steps, DEEPEST) for name, value in arguments.items()}
    return {name: value for name, (value, _) in found.items()} if any(is_new for _, is_new in found.values()) else None


def moved(value: Any, steps: Iterator[int], depth: int) -> tuple[Any, bool]:
    """*value* with all in it changed by the next of *steps*, and whether anything in it is new."""
    change = CHANGES.get(type(value))
    if change:
        return change(value, next(steps)), bool(value) or not isinstance(value, (str, bytes))
    if depth and type(value) in (list, tuple, set, frozenset):
        parts = [moved(item, steps, depth - 1) for item in value]
        return type(value)(part for part, _ in parts), any(is_new for _, is_new in parts)
    if depth and type(value) is dict:
        items = {key: moved(item, steps, depth - 1) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(is_new for _, is_new in items.values())
    if depth and hasattr(value, "__dict__") and not callable(value):
        return moved_object(value, steps, depth)
    return value, False


def moved_object(value: Any, steps: Iterator[int], depth: int) -> tuple[Any, bool]:
    """A copy of the object *value* with its attributes changed."""
    attributes, is_new = moved(dict(vars(value)), steps, depth - 1)
    other = copy.copy(value)
    other.__dict__.update(attributes)
    return other, is_new


def moved_text(value: str, step: int) -> str:
    """*value* with each letter and digit replaced by a later one of its own kind."""
    return "".join(moved_sign(sign, step) for sign in value)


def moved_sign(sign: str, step: int) -> str:
    """The letter or digit *step* places after *sign*; any other sign as it is."""
    for begin, size in (("a", 26), ("A", 26), ("0", 10)):
        place = ord(sign) - ord(begin)
        if 0 <= place < size:
            return chr(ord(begin) + (place + step) % size)
    return sign


CHANGES: dict[type, Callable[[Any, int], Any]] = {
    int: lambda value, step: value + step,
    float: lambda value, step: value + step + 0.25,
    complex: lambda value, step: value + step,
    str: moved_text,
    bytes: lambda value, step: bytes((byte + step) % 256 for byte in value),
    decimal.Decimal: lambda value, step: value + step,
    fractions.Fraction: lambda value, step: value + step,
    dt.date: lambda value, step: value + dt.timedelta(days=step),
    dt.datetime: lambda value, step: value + dt.timedelta(days=step, minutes=step),
    dt.timedelta: lambda value, step: value + dt.timedelta(days=step, minutes=step),
}


def strangers_equal(value: Any) -> bool:
    """Whether *value*, or something in it, claims to equal both of two values that are unlike."""
    return any(claims_both(part, pair) for part in parts_of(value, DEEPEST) for pair in STRANGERS)


def claims_both(value: Any, pair: tuple[Any, Any]) -> bool:
    """Whether *value* says that it equals each of *pair*."""
    with contextlib.suppress(BaseException):
        return all(bool(value == other) for other in pair)
    return False


def parts_of(value: Any, depth: int) -> Iterator[Any]:
    """*value* and what it holds."""
    yield value
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in list(value)[:20]:
            yield from parts_of(item, depth - 1)
    elif depth and isinstance(value, dict):
        for item in list(value.values())[:20]:
            yield from parts_of(item, depth - 1)
