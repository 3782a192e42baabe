"""Which expressions that came out of the sandbox may stand in a test: literals, and calls of what the test imports."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Mapping

_LONGEST = 700
_DEEPEST = 24  # levels of syntax; a value that is shown has at most six of its own, each with a few of syntax
_PLAIN = (
    *(ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.keyword, ast.Attribute),
    *(ast.Name, ast.Load, ast.UnaryOp, ast.USub, ast.UAdd, ast.Invert, ast.Starred, ast.Lambda, ast.arguments),
    *(ast.arg, ast.BinOp, ast.Add, ast.Sub, ast.Subscript),
)
_CALLED = frozenset({"set", "frozenset", "float", "complex", "range", "bytes", "bytearray", "slice", "tuple"})
_PASSED = frozenset({
    "abs", "all", "any", "ascii", "bin", "callable", "chr", "divmod", "format", "hash", "hex", "len", "max", "min",
    "oct", "ord", "pow", "repr", "round", "sorted", "sum",
})  # fmt: skip
_HARMLESS = frozenset({
    "abc", "argparse", "ast", "collections", "collections.abc", "datetime", "decimal", "enum", "fractions", "http",
    "ipaddress", "numbers", "pathlib", "re", "time", "types", "typing", "urllib.parse", "uuid",
})  # fmt: skip


def is_plain(text: str, names: Mapping[str, tuple[str, str]]) -> bool:
    """Whether *text* is an expression of literals and of *names*, and of a length that a person reads.

    *names* are what the test imports: local name -> (module, attribute). Only these are called, and those builtins
    that write a value down.
    """
    tree = _parsed(text)
    return tree is not None and _is_sound(tree, names)


def is_step(text: str, names: Mapping[str, tuple[str, str]]) -> bool:
    """Whether *text* is the call of a method without the object before it: ``add("tea")``."""
    tree = _parsed(text)
    if tree is None or not isinstance(tree.body, ast.Call) or not isinstance(tree.body.func, ast.Name):
        return False
    call = tree.body
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return not tree.body.func.id.startswith("_") and all(_is_sound(value, names) for value in values)


def is_harmless(module: str) -> bool:
    """Whether a test may import from *module*: anybody's own, and of Python's those whose values can be shown."""
    return module in _HARMLESS or module.partition(".")[0] not in sys.stdlib_module_names


def _parsed(text: str) -> ast.Expression | None:
    if len(text) > _LONGEST:
        return None
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_sound(tree: ast.AST, names: Mapping[str, tuple[str, str]]) -> bool:
    parameters = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {*dir(builtins)}
    known = {*names, *parameters}
    return all(
        depth <= _DEEPEST and isinstance(node, _PLAIN) and _is_allowed(node, known, names)
        for node, depth in _with_depth(tree)
    )


def _with_depth(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def _is_allowed(node: ast.AST, known: set[str], names: Mapping[str, tuple[str, str]]) -> bool:
    match node:
        case ast.Name(id=name):
            return not name.startswith("_") and (name in known or _is_value(name))
        case ast.Attribute(attr=name):
            return not name.startswith("_")
        case ast.Call(func=ast.Name(id=name)):
            return name in _CALLED or name in names
        case ast.Call(func=ast.Attribute() as place):
            return _is_reached(place, names)
        case ast.Call():
            return False
    return True


def _is_value(name: str) -> bool:
    """Whether the builtin *name* may be handed over: a class, or a function that only computes."""
    return name in _PASSED or (isinstance(getattr(builtins, name, None), type) and name not in ("type", "super"))


def _is_reached(place: ast.expr, names: Mapping[str, tuple[str, str]]) -> bool:
    """Whether what is called hangs on an imported class; of Python's own modules these two alone."""
    parts: list[str] = []
    while isinstance(place, ast.Attribute):
        parts.append(place.attr)
        place = place.value
    if not isinstance(place, ast.Name) or place.id not in names:
        return False
    module, attribute = names[place.id]
    if module.partition(".")[0] in sys.stdlib_module_names:
        return (module, attribute, *parts) in (("re", "", "compile"), ("ast", "", "parse"))
    return bool(attribute)
