"""Which types can stand where an abstract one is asked for: a protocol, or a class that nobody makes objects of."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import inspect
import pathlib
import sys
import types
import typing
from collections.abc import Iterator

_MOST = 4
# What people pass most, first.
_USUAL: tuple[type, ...] = (
    int, str, float, list, dict, bytes, tuple, set, decimal.Decimal, fractions.Fraction, pathlib.Path,
    dt.date, dt.timedelta,
)  # fmt: skip


@typing.runtime_checkable
class _Bare(typing.Protocol):
    """A protocol that asks for nothing: what it has, every protocol has."""

    nothing: int


_IN_EVERY = frozenset({*vars(_Bare), "__slots__", "__orig_bases__", "__type_params__", "__dict__", "__weakref__"})


def is_abstract(kind: type) -> bool:
    """Whether no object can be of *kind* itself."""
    return inspect.isabstract(kind) or _is_protocol(kind) or kind.__module__ == "builtins"


def concrete(kind: type, module: types.ModuleType) -> list[type]:
    """Some types that do for the abstract *kind*: made for it, of *module*, and usual ones, in this order."""
    below: list[type] = kind.__subclasses__()
    made = (one for one in below if one.__module__.partition(".")[0] not in sys.stdlib_module_names)
    known: tuple[type, ...] = (*made, *_classes_of(module), *_USUAL)
    return [*dict.fromkeys(one for one in known if fits(one, kind))][:_MOST] or below[:_MOST]


def fits(one: type, kind: type) -> bool:
    """Whether objects of *one* are of the abstract *kind*, as far as names tell."""
    if one is kind or kind is object:
        return False
    if _is_protocol(kind) and kind not in one.__mro__:
        members = [*_members(kind)]
        return bool(members) and all(getattr(one, name, None) is not None or _declares(one, name) for name in members)
    try:
        return issubclass(one, kind)
    except TypeError:
        return False


def _classes_of(module: types.ModuleType) -> Iterator[type]:
    for one in vars(module).values():
        if isinstance(one, type) and one.__module__ == module.__name__ and not is_abstract(one):
            yield one


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def _members(kind: type) -> Iterator[str]:
    """The names that the protocol *kind* asks for."""
    for base in kind.__mro__:
        if _is_protocol(base) and base.__module__ != "typing_extensions" and base is not typing.Protocol:
            own = {**vars(base), **dict.fromkeys(_annotated(base), "")}
            yield from (name for name, value in own.items() if name not in _IN_EVERY and value is not None)


def _declares(one: type, name: str) -> bool:
    """Whether objects of *one* have the attribute *name* by an annotation, as those of a dataclass have."""
    return any(name in _annotated(base) for base in one.__mro__)


def _annotated(base: type) -> typing.Mapping[str, object]:
    found = vars(base).get("__annotations__", {})
    return found if isinstance(found, dict) else {}
