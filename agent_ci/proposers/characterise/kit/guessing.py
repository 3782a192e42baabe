"""What kind of value a parameter without annotation takes, by what the code does with it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from .senses import guess
from .targets import Target

_METHODS: Mapping[str, tuple[str, ...]] = {
    "str": (
        *("strip", "lstrip", "rstrip", "split", "rsplit", "lower", "upper", "startswith", "endswith", "replace"),
        *("encode", "title", "capitalize", "format", "isdigit", "isalpha", "isupper", "islower", "splitlines"),
        *("partition", "rpartition", "zfill", "ljust", "rjust", "casefold", "swapcase", "translate", "removeprefix"),
    ),
    "dict": ("items", "keys", "values", "get", "setdefault", "popitem"),
    "list": ("append", "extend", "insert", "sort", "reverse"),
    "set": ("add", "discard", "union", "intersection", "difference", "issubset"),
    "date": ("weekday", "isoweekday", "isoformat", "strftime", "toordinal"),
    "timedelta": ("total_seconds",),
    "datetime": ("hour", "minute", "tzinfo"),
}
_ATTRIBUTES = {"year": "date", "month": "date", "day": "date", "days": "timedelta", "seconds": "timedelta"}
_BY_METHOD = {method: kind for kind, methods in _METHODS.items() for method in methods}
_BY_CALL = {
    "int": "str", "float": "number", "len": "list", "sorted": "list", "sum": "list", "range": "int", "abs": "number",
    "round": "number", "enumerate": "list", "reversed": "list", "ord": "str", "iter": "list", "list": "list",
    "set": "list", "tuple": "list", "max": "list", "min": "list", "chr": "int", "divmod": "int", "zip": "list",
}  # fmt: skip
_NAMED = 2  # votes that a telling name has
_TYPES = ("str", "int", "float", "bool", "list", "dict", "bytes", "set")


def kind_from_use(target: Target, name: str, targets: Mapping[str, Target], depth: int = 3) -> str:
    """The kind that most uses of the parameter *name* speak for; empty where none does."""
    votes: Counter[str] = Counter({kind: _NAMED for kind in (guess(name),) if kind})
    for node in ast.walk(target.node):
        for kind, weight in _votes(node, name, targets, depth):
            votes[kind] += weight
    best = max(votes.values(), default=0)
    return next((kind for kind in votes if votes[kind] == best), "") if best else ""


def _votes(  # noqa: C901 - a table of uses
    node: ast.AST, name: str, targets: Mapping[str, Target], depth: int
) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Attribute(value=ast.Name(id=found), attr=attribute) if found == name:
            kind = _BY_METHOD.get(attribute) or _ATTRIBUTES.get(attribute, "")
            if kind:
                yield kind, 3
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=found), types]) if found == name:
            names = [one.id for one in ast.walk(types) if isinstance(one, ast.Name) and one.id in _TYPES]
            yield from ((one, 2) for one in names[:1])
        case ast.Call(func=ast.Name(id=found)) if found == name:
            yield "callable", 4
        case ast.Call(func=function, args=arguments):
            yield from _by_call(function, arguments, name, targets, depth)
        case ast.For(iter=ast.Name(id=found)) | ast.comprehension(iter=ast.Name(id=found)) if found == name:
            yield "list", 2
        case ast.Compare(left=left, comparators=comparators):
            yield from _by_company([left, *comparators], name, 2)
        case ast.BinOp(left=left, op=op, right=right):
            if isinstance(op, ast.Mod) and isinstance(left, ast.Constant) and isinstance(left.value, str):
                return
            yield from _by_company([left, right], name, 2)
            if _is_name(left, name) or _is_name(right, name):
                yield "int", 1
        case ast.Subscript(value=ast.Name(id=found), slice=ast.Constant(value=str())) if found == name:
            yield "dict", 3
        case ast.Subscript(value=ast.Name(id=found)) if found == name:
            yield "list", 1


def _by_call(
    function: ast.expr, arguments: list[ast.expr], name: str, targets: Mapping[str, Target], depth: int
) -> Iterator[tuple[str, int]]:
    place = next((index for index, one in enumerate(arguments) if _is_name(one, name)), None)
    if place is None:
        return
    if isinstance(function, ast.Attribute):
        owner = ast.unparse(function.value)
        if owner == "re" or function.attr in ("sub", "match", "search", "fullmatch", "findall", "finditer", "subn"):
            yield "str", 3
        elif owner == "math":
            yield "number", 2
        elif function.attr == "join":
            yield "texts", 3
    elif isinstance(function, ast.Name):
        if function.id in _BY_CALL:
            yield _BY_CALL[function.id], 2 if len(arguments) == 1 else 1
        elif function.id in targets and depth and place < len(targets[function.id].parameters):
            other = targets[function.id]
            kind = kind_from_use(other, other.parameters[place].name, targets, depth - 1)
            if kind:
                yield kind, 2


def _by_company(parts: list[ast.expr], name: str, weight: int) -> Iterator[tuple[str, int]]:
    """What kind of constant stands beside the parameter."""
    if any(_is_name(one, name) for one in parts):
        for one in parts:
            if isinstance(one, ast.Constant) and one.value is not None:
                kind = type(one.value).__name__
                yield ("number" if kind == "float" else kind), weight
            elif isinstance(one, ast.JoinedStr):
                yield "str", weight


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
