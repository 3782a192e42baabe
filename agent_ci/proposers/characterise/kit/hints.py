"""What annotations say, those that only a type checker is meant to read as well."""

from __future__ import annotations
import __future__

import ast
import contextlib
import enum
import inspect
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .naming import UnnamedError, lookup
from .targets import Target

_TYPES_ONLY = "TYPE_CHECKING"
_DEFINES = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.ClassDef,
    getattr(ast, "TypeAlias", ast.ClassDef),
)


def hints_of(module: types.ModuleType, target: Target) -> dict[str, Any]:
    """The types of *target*'s parameters; without those that cannot be read."""
    with contextlib.suppress(UnnamedError):
        return read(lookup(module.__name__, target.name if target.kind != "property" else target.owner))
    return {}


def is_annotated(target: Target, parameter: str) -> bool:
    """Whether the source says what type *target*'s *parameter* is of, readable or not."""
    its = target.node.args
    every = (*its.posonlyargs, *its.args, *its.kwonlyargs, *filter(None, (its.vararg, its.kwarg)))
    return any(one.arg == parameter and one.annotation is not None for one in every)


def is_listed(hint: Any) -> bool:
    """Whether the type *hint* names each of its values: a ``Literal``, an enumeration, and ``None`` beside these."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return all(map(is_listed, typing.get_args(hint)))
    is_few = isinstance(hint, type) and (issubclass(hint, enum.Enum) or hint in (bool, type(None)))
    return is_few or typing.get_origin(hint) is typing.Literal


def default_of(module: types.ModuleType, target: Target, parameter: str) -> Any:
    """The default of *target*'s *parameter*; inspect.Parameter.empty where it has none."""
    with contextlib.suppress(UnnamedError, TypeError, ValueError, KeyError):
        return inspect.signature(lookup(module.__name__, target.name)).parameters[parameter].default
    return inspect.Parameter.empty


def read(thing: Any) -> dict[str, Any]:
    """The annotations of the function or class *thing* as types; without those that cannot be read."""
    thing = inspect.unwrap(thing)
    try:
        return typing.get_type_hints(thing)
    except Exception:  # noqa: BLE001 - whatever an annotation does when it is read
        return dict(_one_by_one(thing))


def _one_by_one(thing: Any) -> Iterator[tuple[str, Any]]:
    """Each annotation on its own, with the names that the module has for type checkers only."""
    for owner in reversed(thing.__mro__) if isinstance(thing, type) else (thing,):
        module = getattr(owner, "__module__", "")
        known = {**vars(sys.modules.get(module, types)), **_for_checkers(module)}
        for name, annotation in getattr(owner, "__annotations__", {}).items():
            alone = types.SimpleNamespace(__annotations__={name: annotation})
            with contextlib.suppress(Exception):  # as above
                yield from typing.get_type_hints(alone, globalns=known).items()


@cache
def _for_checkers(module: str) -> Mapping[str, Any]:
    """What the loaded *module* imports and defines below ``if TYPE_CHECKING``, which no run of it does."""
    found: dict[str, Any] = {}
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError, SyntaxError, ValueError):
        return found
    blocks = (node.body for node in tree.body if isinstance(node, ast.If) and _is_for_checkers(node.test))
    names = dict(vars(sys.modules[module]))
    before = frozenset(names)
    for node in (one for body in blocks for one in body):
        if isinstance(node, _DEFINES) and _is_near(node, module):
            code = ast.Module([node], [])
            with contextlib.suppress(Exception):  # a name that is nowhere at run time is one less
                flags = __future__.annotations.compiler_flag
                exec(compile(code, module, "exec", flags), names)  # noqa: S102 - a part of the module, in the sandbox
    return {name: value for name, value in names.items() if name not in before}


def _is_for_checkers(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == _TYPES_ONLY) or (
        isinstance(test, ast.Attribute) and test.attr == _TYPES_ONLY
    )


def _is_near(node: ast.stmt, module: str) -> bool:
    """Whether *node* imports nothing but what is loaded, Python's own, or of the package of *module*."""
    if isinstance(node, ast.ImportFrom):
        wanted = [node.module or ""] if not node.level else []
    else:
        wanted = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    tops = (name.partition(".")[0] for name in wanted)
    return all(top in sys.modules or top in sys.stdlib_module_names or top == module.partition(".")[0] for top in tops)
