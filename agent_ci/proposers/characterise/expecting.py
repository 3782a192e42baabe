"""How a test compares what it gets: exactly, by identity, or, for floats whose last digits say nothing, nearly."""

from __future__ import annotations

import ast
from dataclasses import dataclass

_LONGEST_FLOAT = 10  # characters of a float that a person would write
_DIGITS = 9


@dataclass(frozen=True)
class Expected:
    """The *text* of a value, the *sign* that it is compared by, and whether only nearly."""

    text: str
    sign: str = "=="
    is_near: bool = False


def expected(value: str, *, is_unittest: bool = False) -> Expected:
    """How to compare with the value whose source is *value*.

    unittest compares nearly by seven decimal places, so that nothing is rounded for it, and single numbers only.
    """
    if value in ("True", "False", "None"):
        return Expected(value, "is")
    tree = ast.parse(value, mode="eval")
    if not _is_numeric(tree.body) or not any(_is_long(node) for node in ast.walk(tree)):
        return Expected(value)
    if is_unittest:
        return Expected(value, is_near=_is_number(tree.body))
    return Expected(ast.unparse(_Rounded().visit(tree)), is_near=True)


def _is_numeric(node: ast.expr) -> bool:
    """Whether *node* is a number, or a flat collection of some: what pytest can compare nearly."""
    if isinstance(node, ast.List | ast.Tuple):
        return all(_is_number(one) for one in node.elts)
    if isinstance(node, ast.Dict):
        return all(_is_number(one) for one in node.values)
    return _is_number(node)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return _is_not_finite(node) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))


def _is_long(node: ast.AST) -> bool:
    is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
    return (is_float and len(repr(node.value)) > _LONGEST_FLOAT) or ast.unparse(node) == "float('nan')"  # type: ignore[attr-defined]


def _is_not_finite(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "float"


class _Rounded(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, float) and len(repr(node.value)) > _LONGEST_FLOAT:
            return ast.Constant(float(f"{node.value:.{_DIGITS}g}"))
        return node
