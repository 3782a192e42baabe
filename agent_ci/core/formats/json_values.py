"""What to take a value of a JSON document for, which may be anything."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]
_MOST = 10**9


def text(value: object) -> str:
    """A string, else nothing."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Object:
    """An object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Object]:
    """The objects in a list."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def texts(value: object) -> tuple[str, ...]:
    """The strings in a list, or a string alone."""
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return (value,) if isinstance(value, str) else ()


def count(value: object) -> int:
    """A number of things, 0 where there is none; no more of them than a file can hold."""
    return min(value, _MOST) if isinstance(value, int) and value > 0 else 0


def line(value: object) -> int | None:
    """A line counted from 1."""
    return count(value) or None


def seconds(value: object, *, per_second: float = 1) -> float | None:
    """A duration in seconds, from a number of which *per_second* are one."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        duration = value / per_second
    except OverflowError:
        return None
    return duration if math.isfinite(duration) and duration >= 0 else None
