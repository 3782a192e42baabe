"""Which values hypothesis is to make for a type, as source text, and which fewer ones where those are refused."""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import types
import typing
import uuid
from collections.abc import Iterable
from typing import Any

from .naming import UnnamedError
from .showing import Shower, UnshownError

LEVELS = 3
"""How many sets of values there are for a type: all of them, the usual ones, and the most harmless ones."""

_FEW = "max_size=5"
# All signs there are would take hypothesis seconds: it makes a table of them the first time that it is asked.
_LATIN_AND_GREEK = "strategies.characters(max_codepoint=1000)"
_PRINTABLE = "strategies.characters(min_codepoint=32, max_codepoint=126)"
_PLAIN: dict[Any, tuple[str, str, str]] = {
    str: (f"text({_LATIN_AND_GREEK})", f"text({_PRINTABLE})", 'text("abcdefghijklmnopqrstuvwxyz", min_size=1)'),
    int: ("integers()", "integers(min_value=0)", "integers(min_value=1, max_value=1000)"),
    float: ("floats(allow_nan=False)", "floats(min_value=0, max_value=1000)", "floats(min_value=1, max_value=1000)"),
    bytes: ("binary()", "binary()", "binary(min_size=1)"),
    bool: ("booleans()",) * 3,
    types.NoneType: ("none()",) * 3,
    dt.date: ("dates()",) * 3,
    dt.datetime: ("datetimes()",) * 3,
    dt.time: ("times()",) * 3,
    dt.timedelta: ("timedeltas()",) * 3,
    decimal.Decimal: (
        "decimals(allow_nan=False, allow_infinity=False)",
        "decimals(min_value=0, max_value=1000, places=2)",
        "decimals(min_value=1, max_value=1000, places=2)",
    ),
    fractions.Fraction: ("fractions()",) * 3,
    uuid.UUID: ("uuids()",) * 3,
}
_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_SETS = {set: "sets", frozenset: "frozensets", collections.abc.Set: "frozensets"}
_MAPPINGS = (dict, collections.abc.Mapping)


def strategy(hint: Any, level: int, shower: Shower) -> str:  # noqa: PLR0911 - a table of kinds
    """The expression over ``strategies`` for values of the type *hint*; empty where none is known."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return strategy(inner[0], level, shower)
    if origin is typing.Literal:
        return _sampled(inner, shower)
    if origin in (typing.Union, types.UnionType):
        return _of("one_of", [strategy(one, level, shower) for one in inner])
    if origin in _LISTS and len(inner) == 1:
        return _of("lists", [strategy(inner[0], level, shower)], _FEW)
    if origin in _SETS and len(inner) == 1:
        return _of(_SETS[origin], [strategy(inner[0], level, shower)], _FEW)
    if origin in _MAPPINGS and len(inner) == 2:  # noqa: PLR2004 - keys and values
        return _of("dictionaries", [strategy(one, level, shower) for one in inner], _FEW)
    if origin is tuple and inner and Ellipsis not in inner:
        return _of("tuples", [strategy(one, level, shower) for one in inner])
    if isinstance(hint, type) and hint in _PLAIN:
        return f"strategies.{_PLAIN[hint][level]}"
    return _made(hint, shower) if isinstance(hint, type) else ""


def hint_of(values: Iterable[Any]) -> Any:
    """The type that all of *values* have; None where they are of several, or of one that tells nothing."""
    found = [*values]
    kinds = {type(one) for one in found}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is list:
        items = hint_of(item for one in found for item in one)
        return types.GenericAlias(list, items) if items else None
    if kind is dict:
        keys, items = hint_of(key for one in found for key in one), hint_of(i for one in found for i in one.values())
        return types.GenericAlias(dict, (keys, items)) if keys and items else None
    return kind if kind in _PLAIN else None


def _of(name: str, inner: list[str], *options: str) -> str:
    return f"strategies.{name}({', '.join((*inner, *options))})" if all(inner) else ""


def _sampled(values: Iterable[Any], shower: Shower) -> str:
    with contextlib.suppress(UnshownError):
        return f"strategies.sampled_from([{', '.join(map(shower.text, values))}])"
    return ""


def _made(kind: type, shower: Shower) -> str:
    """Members of an enumeration, and objects of a class that says what it is made of."""
    with contextlib.suppress(UnnamedError):
        if issubclass(kind, enum.Enum):
            return f"strategies.sampled_from({shower.names.of(kind)})"
        if dataclasses.is_dataclass(kind):
            return f"strategies.builds({shower.names.of(kind)})"
    return ""
