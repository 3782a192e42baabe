"""The annotations of a table's columns, from the values that stand in them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def kind_of_column(column: Sequence[str]) -> str:
    """The annotation of a column's values; ``object`` where they are of different kinds."""
    nodes = [ast.parse(text, mode="eval").body for text in column]
    for kind, elements in _COLLECTIONS.items():
        if nodes and all(isinstance(node, kind) for node in nodes):
            return _collection(kind.__name__.lower(), [elements(node) for node in nodes])
    kinds = {_kind_of(node) for node in nodes}
    return kinds.pop() if len(kinds) == 1 else "object"


def _collection(name: str, columns: Sequence[tuple[Sequence[ast.expr | None], ...]]) -> str:
    """``list[str]`` for lists of texts, and so on; ``object`` where the items are of different kinds."""
    places = [[one for items in column for one in items if one] for column in zip(*columns, strict=True)]
    kinds = [{_kind_of(one) for one in place} for place in places]
    if any(len(one) != 1 for one in kinds):
        return "object"
    inner = ", ".join(one.pop() for one in kinds)
    return "object" if "object" in inner else f"{name}[{inner}{', ...' if name == 'tuple' else ''}]"


_COLLECTIONS: Mapping[type[ast.expr], Callable[[Any], tuple[Sequence[ast.expr | None], ...]]] = {
    ast.List: lambda node: (node.elts,),
    ast.Tuple: lambda node: (node.elts,),
    ast.Set: lambda node: (node.elts,),
    ast.Dict: lambda node: (node.keys, node.values),
}


def _kind_of(node: ast.expr) -> str:
    if isinstance(node, ast.UnaryOp):
        return _kind_of(node.operand)
    if isinstance(node, ast.Constant):
        return type(node.value).__name__ if node.value is not None else "None"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].isupper():
        return node.func.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper():
        return node.value.id
    return "object"
