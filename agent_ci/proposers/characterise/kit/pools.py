"""Which values a parameter may be given, as source text, the most sensible first."""

from __future__ import annotations

import ast
import collections.abc
import contextlib
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import inspect
import itertools
import pathlib
import re
import types
import typing
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .about import MOST, About
from .concrete import concrete, is_abstract
from .fields import Field, argument, rows
from .guessing import kind_from_use
from .hints import default_of, hints_of, is_annotated, read
from .literals import (
    Mined,
    alternately,
    called_values,
    elements,
    literal_value,
    mine,
    mine_attribute,
    module_values,
    unique,
)
from .naming import UnnamedError
from .nodes import is_for, is_of_nodes, samples
from .senses import guess
from .showing import Shower, UnshownError, text_of
from .targets import Parameter, Target

_DEEPEST = 3
_FEW = 4
_ENOUGH = 3  # objects of a class that tests pass: then none are made up

_FIXED: dict[Any, tuple[str, ...]] = {
    bool: ("True", "False"),
    type(None): ("None",),
    bytes: ('b"abc"', 'b""', r'b"\x00\xff"', 'b"Hello, World"'),
    complex: ("1 + 2j", "0j"),
    range: ("range(3)", "range(0)"),
    slice: ("slice(1, 3)",),
    type: ("int", "str", "list"),
    re.Pattern: (),
    object: ("1", '"a"', "None", "[1, 2]"),
}
_MOMENTS: dict[Any, tuple[str, ...]] = {
    dt.date: ("date(2024, 2, 29)", "date(2023, 12, 31)", "date(2024, 1, 1)", "date(2024, 3, 15)", "date(2023, 7, 2)"),
    dt.datetime: (
        "datetime(2024, 2, 29, 13, 30)", "datetime(2023, 12, 31, 23, 59, 59)", "datetime(2024, 1, 1, 0, 0)",
        "datetime(2024, 3, 15, 9, 5, 7)",
    ),
    dt.time: ("time(13, 30)", "time(0, 0)", "time(23, 59, 59)"),
    dt.timedelta: (
        "timedelta(days=1)", "timedelta(0)", "timedelta(seconds=90)", "timedelta(milliseconds=1500)",
        "timedelta(milliseconds=25)", "timedelta(microseconds=40)", "timedelta(hours=25, minutes=1)",
        "timedelta(days=400)", "timedelta(days=-1)",
    ),
}  # fmt: skip
_EXACT: dict[Any, tuple[str, str, tuple[str, ...]]] = {
    decimal.Decimal: ("Decimal", "decimal", ('"10.50"', '"0"', '"1"', '"-1"', '"0.005"', '"99.99"', '"100"')),
    fractions.Fraction: ("Fraction", "fractions", ("1, 3", "0", "-1, 2", "7, 2")),
    pathlib.Path: ("Path", "pathlib", ('"docs/readme.md"', '"a/b.tar.gz"', '"notes"', '"."')),
    uuid.UUID: ("UUID", "uuid", ("int=1", "int=0")),
}
_FOLDER, _FOLDERS = re.compile(r"dir|folder|root|home|base|box|cwd"), ('"docs"', '"src/app"', '"."')
_LISTS = (
    list,
    collections.abc.Sequence,
    collections.abc.Iterable,
    collections.abc.Iterator,
    collections.abc.Collection,
)
_LIST_LIKE = (*_LISTS, collections.abc.MutableSequence, collections.abc.Generator, collections.abc.Reversible)
_SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict)
_SIGNATURE, _TAKEN = 2, ("one", "other", "third")  # parts of Callable[[A], B], and names of what is taken
_CALLABLES = ("str", "len", "abs", "bool", "str.upper", "lambda x: x", "int")


class Pools:
    """The values for the parameters of one module's targets. ``seen`` are those of calls that were recorded."""

    def __init__(
        self, module: types.ModuleType, tree: ast.Module, targets: Mapping[str, Target], shower: Shower
    ) -> None:
        self.module = module
        self.targets = targets
        self.shower = shower
        self.earlier: Callable[[str], Mined] = lambda _name: Mined()  # of a target, before a change
        self.seen: dict[tuple[str, str], list[str]] = {}
        self.passed: dict[str, list[str]] = {}  # texts and numbers that tests pass, by the name of the parameter
        self._tree = tree
        self._globals = module_values(tree)
        self._mined: dict[str, Mined] = {}
        self._objects: dict[type, list[str]] = {}
        self._pools: dict[tuple[str, str], list[str]] = {}

    def mined(self, target: Target) -> Mined:
        """The literals of *target*."""
        if target.name not in self._mined:
            called = called_values(self._tree)
            self._mined[target.name] = mine(target, self.targets, self._globals, vars(self.module), called)
            self._mined[target.name].learn(self.earlier(target.name))
        return self._mined[target.name]

    def of(self, target: Target, parameter: Parameter) -> list[str]:
        """The values for *parameter*: those recorded and those its annotation, its name and the code speak for."""
        key = (target.name, parameter.name)
        if key not in self._pools:
            found = itertools.chain(self.seen.get(key, ()), self._made(target, parameter))
            self._pools[key] = unique(found)[:MOST]
        return self._pools[key]

    def _made(self, target: Target, parameter: Parameter) -> Iterator[str]:
        hint = hints_of(self.module, target).get(parameter.name)
        if hint is None and is_annotated(target, parameter.name):
            return iter(())  # of a type that cannot be read here no value is known to be right
        if hint is None:
            hint = self._guessed(target, parameter)
            if hint is _ANYTHING and not target.is_public:
                return iter(())  # its callers know what it takes, and nothing here does
        return self.values(hint, self._about(parameter.name, self.mined(target)), _DEEPEST)

    def _about(self, name: str, mined: Mined, owner: str = "") -> About:
        """What is known of the parameter *name*, or of the field *name* of the class *owner*."""
        name_there = f"{owner}.{name}" if owner else name
        texts = self.passed.get(name_there) or self.passed.get(name_there.removesuffix("s"), [])
        values = (literal_value(text) for text in texts)
        return About(name, mined, is_field=bool(owner), passed=tuple(one for one in values if type(one) in (str, int)))

    def _guessed(self, target: Target, parameter: Parameter) -> Any:
        """A type for a parameter that has none: from its default, from what is done with it, from its name."""
        default = default_of(self.module, target, parameter.name)
        if default is not inspect.Parameter.empty and default is not None and type(default) in _BY_DEFAULT:
            return type(default)
        kind = kind_from_use(target, parameter.name, self.targets)
        hint = _BY_KIND.get(kind, _ANYTHING)
        return typing.Optional[hint] if default is None else hint  # noqa: UP045 - the type is computed

    def default_text(self, target: Target, parameter: Parameter) -> str:
        """The default of *parameter* as a call would name it; empty where it has none, or none that can be shown."""
        value = default_of(self.module, target, parameter.name)
        with contextlib.suppress(UnshownError):
            return "" if value is inspect.Parameter.empty else self.shower.text(value)
        return ""

    def values(self, hint: Any, about: About, depth: int) -> Iterator[str]:
        """Values of the type *hint*."""
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if hint is Any or isinstance(hint, typing.TypeVar) or hint is inspect.Parameter.empty:
            bound = getattr(hint, "__bound__", None)
            constraints = getattr(hint, "__constraints__", ())
            options = [bound] if bound else [*constraints] or [int, str]
            yield from alternately(self.values(one, about, depth) for one in options)
        elif origin in (typing.Union, types.UnionType):
            yield from alternately(self.values(one, about, depth) for one in inner)
        elif origin is typing.Annotated or str(origin) in ("typing.Final", "typing.ClassVar"):
            yield from self.values(inner[0], about, depth)
        elif origin is typing.Literal:
            yield from self._shown(inner)
        elif isinstance(hint, typing.NewType):
            yield from self.values(hint.__supertype__, about, depth)
        elif depth and (origin or hint) in _CONTAINERS:
            yield from _CONTAINERS[origin or hint](self, inner, about, depth)
        elif origin is type:
            yield from self._shown(inner)
        elif (origin or hint) is collections.abc.Callable or hint is Callable:
            yield from self._functions(inner, about, depth)
        else:
            yield from self._plain(origin or hint, about, depth)

    def _plain(self, hint: Any, about: About, depth: int) -> Iterator[str]:
        if hint is str:
            yield from about.texts()
        elif hint is int:
            yield from about.integers()
        elif hint is float:
            yield from about.floats()
        elif hint in _MOMENTS:
            self.shower.names.add(hint.__name__, "datetime")
            yield from _MOMENTS[hint]
        elif hint in (pathlib.PurePath, pathlib.Path):
            yield from self._exact(pathlib.Path, about)
        elif hint in _EXACT:
            yield from self._exact(hint, about)
        elif hint in _FIXED:
            yield from _FIXED[hint]
        elif is_of_nodes(hint):
            yield from self._nodes(hint)
        elif isinstance(hint, type) and depth:
            yield from self._abstract(hint, about, depth) if is_abstract(hint) else self.objects(hint, depth - 1)

    def _abstract(self, hint: type, about: About, depth: int) -> Iterator[str]:
        """Values of the types that can stand in for *hint*, most of the first one."""
        first, *others = [self.values(one, about, depth - 1) for one in concrete(hint, self.module)] or [iter(())]
        yield from itertools.islice(first, _FEW * 2)
        yield from alternately(others)
        yield from first

    def _nodes(self, hint: type) -> Iterator[str]:
        """Nodes of syntax trees: those that tests pass, then those of small programs."""
        for (key, name), texts in self.seen.items():
            if not name and is_for(key, hint):
                yield from texts
        yield from (self.shower.node(program, form) for program, form in samples(hint))

    def _functions(self, inner: tuple[Any, ...], about: About, depth: int) -> Iterator[str]:
        """What is called back: anything where nothing is said of it, else what takes and gives what is asked for."""
        if len(inner) != _SIGNATURE or not isinstance(inner[0], list):
            yield from _CALLABLES
            return
        taken, given = inner
        names = ", ".join(_TAKEN[: len(taken)])
        if len(taken) > len(_TAKEN):
            return
        for value in itertools.islice(self.values(given, about, depth - 1) if depth else (), _FEW):
            yield f"lambda {names}: {value}" if names else f"lambda: {value}"

    def _exact(self, hint: Any, about: About) -> Iterator[str]:
        name, module, arguments = _EXACT[hint]
        self.shower.names.add(name, module)
        if hint is pathlib.Path and _FOLDER.search(about.name):
            arguments = _FOLDERS
        near = about.integers() if hint is decimal.Decimal else ()
        yield from (f'{name}("{number}")' for number in itertools.islice(near, _FEW * 2))
        yield from (f"{name}({one})" for one in arguments)

    def _shown(self, values: Iterable[Any]) -> Iterator[str]:
        for value in values:
            with contextlib.suppress(UnshownError):
                yield self.shower.text(value)

    def objects(self, kind: type, depth: int = _DEEPEST - 1) -> list[str]:
        """Objects of the class *kind*, by its constructor; none where it cannot be had by an import."""
        if kind not in self._objects:
            self._objects[kind] = []  # a class whose objects hold others of their kind ends here
            with contextlib.suppress(UnnamedError, TypeError, ValueError):
                self._objects[kind] = unique(itertools.islice(self._constructed(kind, depth), MOST // 2))
        return self._objects[kind]

    def _constructed(self, kind: type, depth: int) -> Iterator[str]:
        if issubclass(kind, enum.Enum):
            yield from self._shown(kind)
            return
        if is_abstract(kind):
            for other in concrete(kind, self.module) if kind.__module__ != "builtins" else ():
                yield from self.objects(other, depth)
            return
        name = self.shower.names.of(kind)
        seen = self.seen.get((name, ""), [])
        yield from seen
        if len(seen) >= _ENOUGH:
            return  # what people make comes before anything that is made up
        yield from itertools.islice(self._read(kind, name), _FEW)
        keys = typing.is_typeddict(kind)
        columns = {one.name: one for one in self._fields(kind, depth)}
        pools = {field: itertools.islice(one.values, _FEW * 3) for field, one in columns.items()}
        needed = {field: [*values] for field, values in pools.items()}
        if any(not values and not columns[field].has_default for field, values in needed.items()):
            return
        for row in rows({field: values for field, values in needed.items() if values}, columns):
            if keys:
                yield f"{{{', '.join(f'{text_of(field)}: {value}' for field, value in row.items())}}}"
            else:
                yield f"{name}({', '.join(argument(columns[field], value) for field, value in row.items())})"

    def _read(self, kind: type, name: str) -> Iterator[str]:
        """Objects that a class method of *kind*, whose annotation says so, makes of one thing: ``Version.parse``."""
        for target in self.targets.values():
            returned = ast.unparse(target.node.returns) if target.node.returns else ""
            is_maker = target.kind == "classmethod" and target.owner == kind.__qualname__ and target.is_public
            needed = [one for one in target.parameters if not one.has_default]
            if is_maker and len(needed) == 1 and re.search(rf"\b({kind.__name__}|Self)\b", returned):
                yield from (f"{name}.{target.short}({text})" for text in self.of(target, needed[0]))

    def _fields(self, kind: type, depth: int) -> Iterator[Field]:
        if typing.is_typeddict(kind):
            for name, hint in read(kind).items():
                yield Field(name, self.values(hint, self._about(name, Mined()), depth), "keyword")
            return
        signature = inspect.signature(kind)
        target = self.targets.get(f"{kind.__qualname__}.__init__") if kind.__module__ == self.module.__name__ else None
        hints = read(kind.__init__) or read(kind)  # type: ignore[misc] # whichever class it is
        checked = self.mined(target) if target else self._mined_of_class(kind)
        for parameter in signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            hint = hints.get(parameter.name, parameter.annotation)
            if isinstance(hint, str) or (hint is parameter.empty and not self._is_ours(kind)):
                hint = None  # what it is meant to be cannot be known
            elif hint is parameter.empty:
                hint = _BY_KIND.get(guess(parameter.name), _ANYTHING)
            used = mine_attribute(self._tree, parameter.name, self._globals).near[parameter.name]
            near = unique([*checked.near.get(parameter.name, ()), *used])
            mined = Mined({parameter.name: near}, checked.far, checked.matching)
            about = self._about(parameter.name, mined, kind.__qualname__)
            values = self.values(hint, about, depth) if hint is not None else iter(())
            is_keyword = parameter.kind is parameter.KEYWORD_ONLY or dataclasses.is_dataclass(kind)
            yield Field(parameter.name, values, "keyword" if is_keyword else "positional", self._left_out(parameter))

    def _left_out(self, parameter: inspect.Parameter) -> str | None:
        """What *parameter* is where nothing is passed; empty where that cannot be shown, None where it is needed."""
        if parameter.default is parameter.empty:
            return None
        with contextlib.suppress(UnshownError):
            return self.shower.text(parameter.default)
        return ""

    def _is_ours(self, kind: type) -> bool:
        return kind.__module__.partition(".")[0] == self.module.__name__.partition(".")[0]

    def _mined_of_class(self, kind: type) -> Mined:
        """The literals of a class without a constructor of its own: those of the one that checks the fields."""
        target = self.targets.get(f"{kind.__qualname__}.__post_init__")
        return self.mined(target) if target and kind.__module__ == self.module.__name__ else Mined()


def _list(pools: Pools, inner: tuple[Any, ...], about: About, depth: int) -> Iterator[str]:
    first, *rest = (*itertools.islice(pools.values((inner or (Any,))[0], about, depth - 1), 9),) or ("",)
    yield from ("[]",)
    if re.search("[A-Za-z]", first) and first.startswith('"'):
        rest.insert(1, first.swapcase())
    yield from (f"[{', '.join(one)}]" for one in _groups([first, *rest]) if first)


def _groups(values: list[str]) -> Iterator[list[str]]:
    """Some, one, the same twice, in both orders, and all."""
    yield values[:3]
    yield values[:1]
    yield [*values[:2], values[0]]
    yield [values[0], *values[2:3]]
    yield [*reversed(values[:4])]
    yield values
    yield from ([value] for value in values[1:])
    yield from ([one, other] for one, other in itertools.pairwise(values[3:]))


def _set(pools: Pools, inner: tuple[Any, ...], about: About, depth: int) -> Iterator[str]:
    values = unique(itertools.islice(pools.values((inner or (int,))[0], about, depth - 1), 6))
    yield "set()"
    yield from (f"{{{', '.join(one)}}}" for one in (values[:2], values[:1], values) if one)


def _mapping(pools: Pools, inner: tuple[Any, ...], about: About, depth: int) -> Iterator[str]:
    key, item = inner or (str, Any)
    near = [one for one in about.mined.near.get(about.name, ()) if isinstance(one, str)]
    texts = [text_of(one) for one in near if re.fullmatch(r"[\w .-]+", one)] if key is str else []
    keys = unique([*texts, *itertools.islice(pools.values(key, About("key", Mined()), depth - 1), 4)])
    items = [*itertools.islice(pools.values(item, about, depth - 1), 8)]
    yield "{}"
    for size in (1, 2, 3):
        for shift in range(len(items)):
            moved = items[shift:] + items[:shift]
            pairs = zip(keys, itertools.islice(itertools.cycle(moved), size), strict=False)
            yield f"{{{', '.join(f'{one}: {other}' for one, other in pairs)}}}"


def _tuple(pools: Pools, inner: tuple[Any, ...], about: About, depth: int) -> Iterator[str]:
    if not inner or inner[-1] is ...:
        for text in _list(pools, inner[:1], about, depth):
            items = [ast.unparse(one) for one in elements(text)]
            yield f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        return
    columns = [[*itertools.islice(pools.values(one, about, depth - 1), 6)] for one in inner]
    if all(columns):
        for place in range(6):
            row = [column[(place * (index + 1)) % len(column)] for index, column in enumerate(columns)]
            yield f"({row[0]},)" if len(row) == 1 else f"({', '.join(row)})"


_CONTAINERS: dict[Any, Callable[[Pools, tuple[Any, ...], About, int], Iterator[str]]] = {
    **dict.fromkeys(_LIST_LIKE, _list),
    **dict.fromkeys(_SETS, _set),
    **dict.fromkeys(_MAPPINGS, _mapping),
    tuple: _tuple,
}
_BY_DEFAULT = (bool, int, float, str, bytes, list, dict, set, tuple)
_BY_KIND: dict[str, Any] = {
    "bool": bool, "int": int, "float": float, "str": str, "list": list[int], "dict": dict[str, int],
    "callable": collections.abc.Callable, "date": dt.date, "datetime": dt.datetime, "timedelta": dt.timedelta,
    "texts": list[str], "number": int | float, "bytes": bytes, "set": set[int],
}  # fmt: skip
_ANYTHING = int | str | list[int] | None
