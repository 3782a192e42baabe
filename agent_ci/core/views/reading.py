"""JSON-like values of any kind as the kind that is asked for: what does not fit is empty, never an error."""

from __future__ import annotations

from collections.abc import Mapping

_LARGEST = 10**15


def text(value: object) -> str:
    """*value* where it is a text, a number in digits; empty for anything else."""
    if isinstance(value, bool) or value is None or not isinstance(value, str | int | float):
        return ""
    return value if isinstance(value, str) else str(number(value) or 0)


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def number(value: object) -> float | None:
    """*value* where it is a number of a sensible size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_LARGEST <= value <= _LARGEST else None


def whole(value: object) -> int:
    """*value* as a whole number that is not negative; 0 where it is none."""
    return max(0, int(number(value) or 0))


def item(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The mapping at *key*; an empty one where there is none."""
    value = document.get(key)
    return {str(name): part for name, part in value.items()} if isinstance(value, Mapping) else {}


def items(document: Mapping[str, object], key: str) -> tuple[Mapping[str, object], ...]:
    """The mappings of the list at *key*."""
    value = document.get(key)
    rows = value if isinstance(value, list | tuple) else ()
    return tuple({str(name): part for name, part in row.items()} for row in rows if isinstance(row, Mapping))
