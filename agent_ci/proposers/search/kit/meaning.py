"""Whether two edits of one expression say the same in other words, and which of them nobody would mean."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ....sandbox_kit.compiling import parse_quietly
from ....sandbox_kit.source import Source
from .operators import Candidate
from .signs import IDENTITIES, is_singular
from .watching import edited, is_decision

_FAR = 0.2  # of the rank of another edit of the same expression, from which on downwards one is not thought of
_TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_OF_SIZES: Mapping[tuple[type[ast.cmpop], object], type[ast.cmpop]] = {
    (ast.Gt, 0): ast.NotEq, (ast.GtE, 1): ast.NotEq, (ast.LtE, 0): ast.Eq, (ast.Lt, 1): ast.Eq,
}  # fmt: skip
_WITH_NONE = {ast.Is: ast.Eq, ast.IsNot: ast.NotEq}
_OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.GtE, ast.LtE: ast.Gt}  # fmt: skip


def means_the_same(source: Source, node: ast.expr, one: Candidate, other: Candidate) -> bool:
    """Whether *node* is the same expression with either edit: turned round, negated, or compared with None."""
    forms = []
    for candidate in (one, other):
        tree = parse_quietly(f"({edited(source, node, candidate.splice)})")
        if tree is None:
            return False
        said = _Plain().visit(tree.body[0].value)  # type: ignore[attr-defined] # an expression in parentheses
        forms.append(ast.dump(_truth(said) if is_decision(source, node) else said))
    return forms[0] == forms[1]


class _Plain(ast.NodeTransformer):
    """Writes comparisons in one of the ways in which they can be written."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """``a < b`` for ``b > a``, and ``x == None`` for ``x is None``."""
        self.generic_visit(node)
        if len(node.ops) != 1:
            return node
        (kind,), (right,) = map(type, node.ops), node.comparators
        if _is_size(node.left) and isinstance(right, ast.Constant) and (kind, right.value) in _OF_SIZES:
            return ast.Compare(node.left, [_OF_SIZES[kind, right.value]()], [ast.Constant(0)])
        if kind in _WITH_NONE and any(
            isinstance(side, ast.Constant) and side.value is None for side in (node.left, right)
        ):
            return ast.Compare(node.left, [_WITH_NONE[kind]()], [right])
        if kind in _TURNED:
            return ast.Compare(right, [_TURNED[kind]()], [node.left])
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """``a != b`` for ``not a == b``."""
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            return self.visit_Compare(ast.Compare(inner.left, [_OPPOSITE[type(inner.ops[0])]()], inner.comparators))
        return node


def _is_size(node: ast.expr) -> bool:
    """Whether *node* is never less than nothing."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _truth(node: ast.expr) -> ast.expr:
    """*node* without what changes nothing of its truth."""
    match node:
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            return _truth(inner)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            said = _truth(inner)
            if isinstance(said, ast.UnaryOp) and isinstance(said.op, ast.Not):
                return said.operand
            return ast.UnaryOp(ast.Not(), said)
        case ast.BoolOp(op=connective, values=values):
            return ast.BoolOp(connective, [_truth(value) for value in values])
    return node


def is_far_fetched(source: Source, first: Candidate, other: Candidate) -> bool:
    """Whether *other* is not thought of beside *first*: much less likely, or an identity where *first* is none.

    Where neither side of a comparison is written like an object of which there is one, identity is what nobody means.
    """
    if other.rank < _FAR * first.rank or (first.operator == "comparison" and other.operator == "off_by_one"):
        return True  # of whole numbers, one more or less says what the comparison says
    if other.splice.replacement not in IDENTITIES or first.splice.replacement in IDENTITIES:
        return False
    return not any(is_singular(side) for side in _sides(source, other))


def _sides(source: Source, candidate: Candidate) -> list[ast.expr]:
    """The two sides of the comparison whose operator is edited."""
    start, end = candidate.splice.start, candidate.splice.end
    pairs = [
        (left, right)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        for left, right in zip([node.left, *node.comparators], node.comparators, strict=False)
    ]
    found = [pair for pair in pairs if source.end(pair[0]) <= start and end <= source.start(pair[1])]
    return list(min(found, key=lambda pair: source.end(pair[1]) - source.start(pair[0]), default=()))
