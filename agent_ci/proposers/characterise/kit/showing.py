"""Values as source text that can be read back: what a test can hold, and nothing else."""

from __future__ import annotations

import ast
import collections
import contextlib
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import inspect
import math
import pathlib
import re
import types
import unicodedata
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from . import nodes
from .naming import Names, UnnamedError

LONGEST = 600  # characters of one value
_LONGEST_TEXT = 300
_DEEPEST = 6
_MOST_ITEMS = 40
_MOST_DIGITS = 30
_MOST_UNSEEN = 2  # signs of a text that a reader cannot see
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Co", "Cn", "Zl", "Zp"})  # general categories of Unicode


class UnshownError(Exception):
    """The value has no text that makes an equal one."""


class Shower:
    """Writes values as expressions in terms of *names*, which it extends."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def text(self, value: Any) -> str:
        """The expression. Raises UnshownError where there is none, or it is longer than a reader takes in."""
        try:
            text = self._text(value, _DEEPEST)
        except (UnnamedError, RecursionError) as error:
            raise UnshownError from error
        if len(text) > LONGEST:
            raise UnshownError
        return text

    def _text(self, value: Any, depth: int) -> str:  # noqa: PLR0911 - a table of kinds
        if not depth:
            raise UnshownError
        kind = type(value)
        if kind in _SHOWN:
            return _SHOWN[kind](self, value, depth)
        if isinstance(value, enum.Enum):
            return self._member(value)
        if isinstance(value, pathlib.PurePath) and kind in (pathlib.PosixPath, pathlib.PurePosixPath):
            return self._path(value)
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return self._call(kind, [(name, item) for name, item in zip(kind._fields, value, strict=True)], depth)
        if dataclasses.is_dataclass(value):
            return self._dataclass(value, depth)
        if hasattr(kind, "__attrs_attrs__"):
            fields = [(one.alias, getattr(value, one.name)) for one in kind.__attrs_attrs__ if one.init]
            return self._call(kind, fields, depth)
        if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
            return self.names.of(value)
        return self._by_its_words(value, depth)

    def node(self, program: str, form: str) -> str:
        """The node that *form* takes out of *program*, as an expression that a call may be passed."""
        self.names.known.setdefault("ast", ("ast", ""))
        return form.format(text_of(program))

    def _check(self, kind: type) -> None:
        """Raise UnshownError where objects of *kind* equal nobody but themselves: no test could compare them."""
        if kind.__eq__ is object.__eq__:  # type: ignore[comparison-overlap] # a class may have its own
            raise UnshownError

    def _by_its_words(self, value: Any, depth: int) -> str:
        """An object that its own representation, or its text given to its class, makes anew and equal."""
        kind = type(value)
        self._check(kind)
        name = self.names.of(kind)
        for text in (repr(value), f"{name}({text_of(str(value))})"):
            if text.startswith(f"{name}(") and self._makes(text, value):
                return text
        return self._by_its_parameters(value, depth)

    def _by_its_parameters(self, value: Any, depth: int) -> str:
        """An object that its class makes anew, and equal, from what it has under the names of the parameters."""
        kind = type(value)
        given: list[tuple[str, Any]] = []
        with contextlib.suppress(Exception):  # whatever the class does
            parameters = inspect.signature(kind).parameters.values()
            if all(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters):
                found = [(one.name, getattr(value, one.name)) for one in parameters]
                again = kind(*(item for _, item in found))
                given = found if type(again) is kind and again == value else []
        if not given:
            raise UnshownError
        return f"{self.names.of(kind)}({', '.join(self._text(item, depth - 1) for _, item in given)})"

    def _makes(self, text: str, value: Any) -> bool:
        try:
            node = ast.parse(text, mode="eval")
            called = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            if not called <= {type(value).__qualname__.partition(".")[0]}:
                return False
            again = eval(text, self.names.namespace())  # noqa: S307 - literals handed to the class
            return type(again) is type(value) and bool(again == value)
        except Exception:  # noqa: BLE001 - whatever the class does
            return False

    def _items(self, items: Iterable[Any], depth: int) -> list[str]:
        found = [self._text(item, depth - 1) for item in items]
        if len(found) > _MOST_ITEMS:
            raise UnshownError
        return found

    def _call(self, kind: type, fields: list[tuple[str, Any]], depth: int) -> str:
        shown = (f"{name}={self._text(item, depth - 1)}" for name, item in fields)
        return f"{self.names.of(kind)}({', '.join(shown)})"

    def _dataclass(self, value: Any, depth: int) -> str:
        kind = type(value)
        self._check(kind)
        fields = []
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            if field.init and not _is_default(field, item):
                if field.name.startswith("_"):
                    raise UnshownError  # a person would not pass what is private
                fields.append((field.name, item))
        return self._call(kind, fields, depth)

    def _member(self, value: enum.Enum) -> str:
        name = value.name
        if type(value).__members__.get(name) is not value:
            raise UnshownError
        return f"{self.names.of(type(value))}.{name}"

    def _path(self, value: pathlib.PurePath) -> str:
        if value.is_absolute():
            raise UnshownError
        name = "Path" if isinstance(value, pathlib.Path) else "PurePosixPath"
        return f"{self.names.add(name, 'pathlib')}({text_of(str(value))})"


class Giver(Shower):
    """Writes what is passed to a call, which need equal nothing: also nodes of syntax trees."""

    def _check(self, kind: type) -> None:
        """Whatever the *kind*."""

    def _text(self, value: Any, depth: int) -> str:
        if isinstance(value, ast.AST):
            try:
                return self.node(*nodes.made_of(value))
            except nodes.NoProgramError as error:
                raise UnshownError from error
        return super()._text(value, depth)


def _is_default(field: dataclasses.Field[Any], item: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return type(field.default) is type(item) and bool(field.default == item)
    if field.default_factory in (list, dict, set, tuple):
        return bool(field.default_factory() == item)
    return False


def literal(value: str) -> str:
    """*value* as Python writes it, with escapes for letters that a reader could not see or tell from others."""
    return ascii(value) if any(unicodedata.category(sign) in _UNSEEN for sign in value) else repr(value)


def text_of(value: str) -> str:
    """*value* as a literal in double quotes, as formatters write it."""
    unseen = 0 if value.isascii() else sum(not sign.isprintable() for sign in value)
    if len(value) > _LONGEST_TEXT or unseen > _MOST_UNSEEN or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise UnshownError
    written = literal(value)
    inner = written[1:-1]
    if written[0] == '"' or '"' in inner:
        return written
    return f'"{inner}"'


def _integer(_: Shower, value: int, _depth: int) -> str:
    if abs(value) >= 10**_MOST_DIGITS:
        raise UnshownError
    return repr(value)


def _float(_: Shower, value: float, _depth: int) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value!r}")'


def _bytes(_: Shower, value: bytes, _depth: int) -> str:
    if len(value) > _LONGEST_TEXT:
        raise UnshownError
    written = repr(value)
    return written if '"' in written else f'b"{written[2:-1]}"'


def _tuple(shower: Shower, value: tuple[Any, ...], depth: int) -> str:
    items = shower._items(value, depth)  # noqa: SLF001 - a row of its table
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _list(shower: Shower, value: list[Any], depth: int) -> str:
    return f"[{', '.join(shower._items(value, depth))}]"  # noqa: SLF001


def _set(shower: Shower, value: set[Any], depth: int) -> str:
    return f"{{{', '.join(sorted(shower._items(value, depth)))}}}" if value else "set()"  # noqa: SLF001


def _frozenset(shower: Shower, value: frozenset[Any], depth: int) -> str:
    return f"frozenset({_set(shower, set(value), depth)})" if value else "frozenset()"


def _dict(shower: Shower, value: dict[Any, Any], depth: int) -> str:
    keys, items = shower._items(value, depth), shower._items(value.values(), depth)  # noqa: SLF001
    return f"{{{', '.join(f'{key}: {item}' for key, item in zip(keys, items, strict=True))}}}"


def _wrapped(name: str, module: str, inner: Callable[[Any], Any]) -> Callable[[Shower, Any, int], str]:
    def show(shower: Shower, value: Any, depth: int) -> str:
        return f"{shower.names.add(name, module)}({shower._text(inner(value), depth - 1)})"  # noqa: SLF001

    return show


def _decimal(shower: Shower, value: decimal.Decimal, _depth: int) -> str:
    return f'{shower.names.add("Decimal", "decimal")}("{value}")'


def _fraction(shower: Shower, value: fractions.Fraction, _depth: int) -> str:
    return f"{shower.names.add('Fraction', 'fractions')}({value.numerator}, {value.denominator})"


def _moment(shower: Shower, value: Any, _depth: int) -> str:
    """A date, time or duration, in the words of its own representation; time zones other than UTC are not shown."""
    zone = getattr(value, "tzinfo", None)
    if zone not in (None, dt.timezone.utc):
        raise UnshownError
    shower.names.add(type(value).__name__, "datetime")
    text = repr(value).replace("datetime.timezone.utc", "timezone.utc").replace("datetime.", "", 1)
    if zone:
        shower.names.add("timezone", "datetime")
    return text


def _zone(shower: Shower, value: dt.timezone, _depth: int) -> str:
    if value is not dt.timezone.utc:
        raise UnshownError
    return f"{shower.names.add('timezone', 'datetime')}.utc"


def _pattern(shower: Shower, value: re.Pattern[Any], depth: int) -> str:
    flags = value.flags & ~re.UNICODE
    if flags or not isinstance(value.pattern, str):
        raise UnshownError
    shower.names.known.setdefault("re", ("re", ""))
    return f"re.compile({shower._text(value.pattern, depth - 1)})"  # noqa: SLF001


def _range(_: Shower, value: range, _depth: int) -> str:
    return repr(value)


def _plain(_: Shower, value: Any, _depth: int) -> str:
    return repr(value)


_SHOWN: dict[type, Callable[[Shower, Any, int], str]] = {
    type(None): _plain,
    bool: _plain,
    type(...): lambda _shower, _value, _depth: "...",
    int: _integer,
    float: _float,
    complex: _plain,
    str: lambda _shower, value, _depth: text_of(value),
    bytes: _bytes,
    tuple: _tuple,
    list: _list,
    set: _set,
    frozenset: _frozenset,
    dict: _dict,
    range: _range,
    collections.OrderedDict: _wrapped("OrderedDict", "collections", dict),
    collections.Counter: _wrapped("Counter", "collections", dict),
    collections.deque: _wrapped("deque", "collections", list),
    decimal.Decimal: _decimal,
    fractions.Fraction: _fraction,
    dt.date: _moment,
    dt.datetime: _moment,
    dt.time: _moment,
    dt.timedelta: _moment,
    dt.timezone: _zone,
    re.Pattern: _pattern,
    uuid.UUID: _wrapped("UUID", "uuid", str),
}


def are_equal(actual: Any, expected: Any) -> bool:
    """Whether a test that holds *expected* takes *actual* for it: floats nearly, a not-a-number for another."""
    if isinstance(expected, float) and isinstance(actual, float | int) and not isinstance(actual, bool):
        both_none = math.isnan(expected) and math.isnan(actual)
        return both_none or math.isclose(actual, expected, rel_tol=1e-6, abs_tol=1e-12)
    if isinstance(expected, bool) or expected is None:
        return actual is expected
    if type(expected) in (list, tuple) and type(actual) is type(expected):
        pairs = zip(actual, expected, strict=False)
        return len(actual) == len(expected) and all(are_equal(one, other) for one, other in pairs)
    if type(expected) is dict and type(actual) is dict and actual.keys() == expected.keys():
        return all(are_equal(actual[key], item) for key, item in expected.items())
    return bool(actual == expected)


def is_plain_object(value: Any) -> bool:
    """Whether *value* is an object of a class of somebody's own with attributes that can be looked at."""
    return hasattr(value, "__dict__") and not isinstance(value, type) and not inspect.isroutine(value)
