"""What a test could leave behind in its process, so that the next one in it would see another program.

Looked at is what the modules of the repository hold: values, classes, defaults, closures, caches.
"""

from __future__ import annotations

import gc
import io
import itertools
import logging
import os
import pickle
import random
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MappingProxyType, ModuleType
from typing import Any

_MOST = 30_000  # things that are looked at: more would cost what a fork does
_VALUES = (int, float, complex, str, bytes, bool, type(None), range)
_ENDS = (ModuleType, CodeType, FrameType, BuiltinFunctionType, logging.Logger, type(threading.Lock()))
_ENDS_OF = ("_pytest.", "logging.", "weakref", "_abc", "re")  # modules whose objects are not looked into
_NOT_STATE = frozenset({"__builtins__", "__warningregistry__", "__spec__", "__loader__", "__cached__"})
_NOT_STATE_OF_CLASSES = frozenset(
    {
        *("__weakref__", "__dict__"),
        "__slotnames__",  # which pickling any object of the class puts there
        "tearDown_exceptions",  # which unittest renews
    }
)
_HIDDEN: Mapping[type, Callable[[Any], object]] = MappingProxyType({
    bytearray: bytes,
    itertools.count: repr,
    random.Random: random.Random.getstate,
    io.BytesIO: io.BytesIO.getvalue,
    io.StringIO: io.StringIO.getvalue,
})  # fmt: skip
"""Types that hold their state where no reference leads, and how it is read."""


class OpaqueError(Exception):
    """The state cannot be told: something holds it out of sight, or there is too much of it."""


class State:
    """The state of the modules that lie below *root*, and of *more* things that tests are given."""

    def __init__(self, root: str, more: Iterable[object] = ()) -> None:
        self._root = os.path.join(root, "")  # noqa: PTH118 - a prefix
        self._more = list(more)
        self._known = -1
        self._modules: dict[str, ModuleType] = {}
        self._first = self._seen()
        self._first_modules = frozenset(self._modules)

    def is_as_before(self) -> bool:
        """Whether all is as it was when this object was made. Raises OpaqueError where that cannot be told."""
        return self._seen()[0] == self._first[0]

    def imported(self) -> tuple[str, ...]:
        """The modules below the root that were imported since this object was made, in that order."""
        self._find_modules()
        return tuple(name for name in self._modules if name not in self._first_modules)

    def _seen(self) -> tuple[tuple[object, ...], dict[int, object]]:
        """The values in their order, and the things they were read from, which keeps those alive."""
        self._find_modules()
        own = tuple(os.environ.items()), os.getcwd(), threading.active_count(), random.getstate()  # noqa: PTH109 - as is
        parts: list[object] = [*own, *sys.path, *self._modules]
        alive: dict[int, object] = {}
        stack: list[object] = list(self._more)
        for module in self._modules.values():
            for name, value in vars(module).items():
                if name not in _NOT_STATE:
                    parts.append(name)
                    stack.append(value)
        while stack:
            thing = stack.pop()
            kind = type(thing)
            parts.append(kind)
            if kind in _VALUES:
                parts.append(thing)
            elif id(thing) in alive:
                parts.append(id(thing))
            else:
                alive[id(thing)] = thing
                if len(alive) > _MOST:
                    raise OpaqueError
                stack += self._below(thing, parts)
        return tuple(parts), alive

    def _find_modules(self) -> None:
        if self._known != len(sys.modules):
            self._known = len(sys.modules)
            self._modules = {name: one for name, one in sys.modules.items() if self._is_ours(one)}

    def _is_ours(self, module: ModuleType) -> bool:
        place = getattr(module, "__file__", None)
        return isinstance(place, str) and place.startswith(self._root) and "site-packages" not in place

    def _below(self, thing: object, parts: list[object]) -> Iterable[object]:
        """What *thing* refers to that is its state; what it holds itself goes to *parts*."""
        match thing:
            case type():
                parts.append(id(thing))
                return _of_mapping(vars(thing), parts) if thing.__module__ in self._modules else ()
            case FunctionType():
                named = _of_mapping(vars(thing), parts)
                return (thing.__defaults__, thing.__kwdefaults__, thing.__closure__, *named)
            case threading.local():
                return _of_mapping(vars(thing), parts)
            case ContextVar():
                return (thing.get(None),)
        kind = type(thing)
        if isinstance(thing, _ENDS) or kind.__module__.startswith(_ENDS_OF):
            parts.append(id(thing))
        elif kind in _HIDDEN or not _is_open(kind):
            parts.append(_HIDDEN.get(kind, _pickled)(thing))
        else:
            below = gc.get_referents(thing)
            parts.append(len(below) if below else id(thing))
            return (one for one in below if one is not kind)
        return ()


def _of_mapping(names: Mapping[str, object], parts: list[object]) -> Iterator[object]:
    for name, value in names.items():
        if name not in _NOT_STATE_OF_CLASSES:
            parts.append(name)
            yield value


_are_open: dict[type, bool] = {}


def _is_open(kind: type) -> bool:
    """Whether references lead to all the state of an object of *kind*: one that Python code or the builtins made."""
    if kind not in _are_open:
        is_iterator = hasattr(kind, "__next__")
        _are_open[kind] = not is_iterator and all(
            one.__module__ in {"builtins", "collections", "functools", "types", "datetime", "decimal", "_thread"}
            or "__weakref__" in vars(one)
            or "__slots__" in vars(one)
            for one in kind.__mro__
        )
    return _are_open[kind]


def _pickled(thing: object) -> bytes:
    try:
        return pickle.dumps(thing)
    except Exception as error:
        raise OpaqueError from error
