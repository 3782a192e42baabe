"""Which operator was meant where another one stands: the usual slips, and what usually stands there.

How often each usually stands where was counted in the standard library of CPython 3.11.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

Weights = Mapping[str, float]

# The weights follow how often each slip is seen in small repair benchmarks: boundaries first.
COMPARISONS: Mapping[str, Weights] = {
    "<": {"<=": 1.0, ">": 0.7, ">=": 0.5, "!=": 0.3, "==": 0.2},
    "<=": {"<": 1.0, ">=": 0.7, ">": 0.5, "==": 0.3, "!=": 0.2},
    ">": {">=": 1.0, "<": 0.7, "<=": 0.5, "!=": 0.3, "==": 0.2},
    ">=": {">": 1.0, "<=": 0.7, "<": 0.5, "==": 0.3, "!=": 0.2},
    "==": {"!=": 0.9, "in": 0.3, ">=": 0.4, "<=": 0.4, "<": 0.2, ">": 0.2, "is": 0.2},
    "!=": {"==": 0.9, "<": 0.4, ">": 0.4, "<=": 0.2, ">=": 0.2, "is not": 0.2},
    "is": {"is not": 0.9, "==": 0.6},
    "is not": {"is": 0.9, "!=": 0.6},
    "in": {"not in": 0.9, "==": 0.4},
    "not in": {"in": 0.9, "!=": 0.4},
}
ARITHMETIC: Mapping[str, Weights] = {
    "+": {"-": 1.0, "*": 0.5, "|": 0.2},
    "-": {"+": 1.0, "*": 0.3, "%": 0.2, "/": 0.2},
    "*": {"/": 0.7, "+": 0.7, "**": 0.6, "//": 0.4, "-": 0.3},
    "/": {"//": 1.0, "*": 0.8, "%": 0.3, "-": 0.2},
    "//": {"/": 1.0, "%": 0.6, "*": 0.5},
    "%": {"//": 0.8, "/": 0.5, "*": 0.3, "+": 0.2},
    "**": {"*": 1.0, "^": 0.2},
    "<<": {">>": 1.0}, ">>": {"<<": 1.0},
    "&": {"|": 1.0, "^": 0.6, "-": 0.4}, "|": {"&": 1.0, "^": 0.6, "+": 0.2}, "^": {"|": 0.8, "&": 0.8, "**": 0.7},
    "@": {"*": 0.5},
}  # fmt: skip
_USUAL_BETWEEN = {
    "+": 0.6, "-": 0.5, "*": 0.45, "%": 0.4, "/": 0.25, "//": 0.25, "&": 0.2, "|": 0.2, "**": 0.2, "<<": 0.15,
    ">>": 0.15, "^": 0.1, "@": 0.05,
}  # fmt: skip
_USUAL_AFTER_TEXT = {"%": 1.0, "+": 0.5, "*": 0.2}
_USUAL_IN_ASSIGNMENT = {**_USUAL_BETWEEN, "+": 1.0, "%": 0.1}
_USUAL_WITH_NONE = {"is": 1.0, "is not": 1.0, "==": 0.1, "!=": 0.1}
_USUAL_WITH_NUMBER = {"==": 0.7, "<": 0.6, ">": 0.6, ">=": 0.5, "!=": 0.4, "<=": 0.4}
_USUAL_WITH_TEXT = {"==": 1.0, "!=": 0.7, "in": 0.3, "not in": 0.2}
_USUAL_COMPARISON = {
    "==": 0.6, "!=": 0.4, "is": 0.35, "<": 0.35, ">": 0.35, "is not": 0.3, ">=": 0.3, "<=": 0.25, "in": 0.15,
    "not in": 0.15,
}  # fmt: skip
IDENTITIES: Mapping[str, str] = {"is": "==", "is not": "!="}
"""Each comparison for identity, and the one for equality in its place."""
_LIKE_A_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*$")
_HARDLY_EVER = 0.05
_ODD = 0.2  # a usual share from which on downwards what is written looks like a slip itself
_MORE_WHERE_ODD = 1.5


def _weights(written: str, slips: Mapping[str, Weights], usual: Weights) -> Weights:
    """How likely each operator that *slips* knows was meant for *written*, where *usual* ones stand."""
    known = slips.get(written, {})
    likely = {other: (known.get(other, 0.0), usual.get(other, _HARDLY_EVER)) for other in slips if other != written}
    if usual.get(written, 0.0) < _ODD:  # its neighbours do not belong there either
        return {other: _MORE_WHERE_ODD * max(slip / 2, share) for other, (slip, share) in likely.items()}
    return {other: max(both) for other, both in likely.items()}


def comparisons(written: str, left: ast.expr, right: ast.expr) -> Weights:
    """How likely each comparison was meant for the *written* one: identity is less so, but with single objects."""
    found = dict(_weights(written, COMPARISONS, _usual_comparison(right)))
    if not is_singular(left) and not is_singular(right):
        for identity, equality in IDENTITIES.items():
            if identity in found and equality in found:
                found[identity] = min(found[identity], found[equality] / 2)
    return found


def is_singular(node: ast.expr) -> bool:
    """Whether there is one object of what *node* says: None, True, what is written like a constant or a member."""
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, bool) or node.value is ...
    return bool(_LIKE_A_CONSTANT.match(getattr(node, "attr", getattr(node, "id", ""))))


def _usual_comparison(right: ast.expr) -> Weights:
    """How usual each comparison with *right* is."""
    match right:
        case ast.Constant(value=None):
            return _USUAL_WITH_NONE
        case ast.Constant(value=bool()):
            return _USUAL_COMPARISON
        case ast.Constant(value=int() | float()) | ast.UnaryOp(operand=ast.Constant()):
            return _USUAL_WITH_NUMBER
        case ast.Constant(value=str() | bytes()):
            return _USUAL_WITH_TEXT
    return _USUAL_COMPARISON


def arithmetics(written: str, node: ast.BinOp | ast.AugAssign) -> Weights:
    """How likely each operator was meant for the *written* one of *node*."""
    return _weights(written, ARITHMETIC, _usual_arithmetic(node))


def _usual_arithmetic(node: ast.BinOp | ast.AugAssign) -> Weights:
    """How usual each operator is in the place of that of *node*."""
    if isinstance(node, ast.AugAssign):
        return _USUAL_IN_ASSIGNMENT
    is_text = isinstance(node.left, ast.JoinedStr) or (
        isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
    )
    return _USUAL_AFTER_TEXT if is_text else _USUAL_BETWEEN
