"""Which claims one expression or one call of a Python test makes, and how its names are written out."""

from __future__ import annotations

import ast
import copy
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from agent_ci.core.review.oracle_claims import EXACT, Claim
from agent_ci.core.review.python_names import last_name

MAX_INLINED = 150
"""Syntax nodes up to which a value is written out where its name stands; above that its digest stands for it."""

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_OPPOSITE = {
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": "contains", "not in": "lacks"}
_UNITTEST = {
    "assertEqual": "==",
    "assertEquals": "==",
    "assertListEqual": "==",
    "assertDictEqual": "==",
    "assertSetEqual": "==",
    "assertTupleEqual": "==",
    "assertSequenceEqual": "==",
    "assertMultiLineEqual": "==",
    "assert_equal": "==",
    "assert_array_equal": "==",
    "assert_frame_equal": "==",
    "assertNotEqual": "!=",
    "assertIs": "is",
    "assertIsNot": "is not",
    "assertIn": "in",
    "assertNotIn": "not in",
    "assertLess": "<",
    "assertLessEqual": "<=",
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
}
_UNARY = {"assertTrue": "true", "assertFalse": "false", "assertIsNone": "is", "assertIsNotNone": "is not"}
_CHECKS = ("assert", "check_", "verify_", "expect_", "ensure_", "validate_", "should_")
_COMPREHENSION_FREE = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp)


@dataclass(frozen=True)
class Names:
    """What the names of a scope stand for, as expressions already written out."""

    values: Mapping[str, ast.expr] = field(default_factory=dict)

    def write_out(self, node: ast.expr) -> ast.expr:
        """*node* with every known name replaced by what it stands for."""
        return _Writer(self.values).visit(copy.deepcopy(node)) if self.values else node

    def text(self, node: ast.expr) -> str:
        """The canonical text of *node*."""
        return ast.unparse(self.write_out(node))

    def with_value(self, name: str, value: ast.expr) -> Names:
        """These names and one more; *value* is written out here, or stands as a digest where it is long."""
        return Names({**self.values, name: shortened(self.write_out(value))})


class _Writer(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node)


def shortened(node: ast.expr, limit: int = MAX_INLINED) -> ast.expr:
    """*node*, or a name made of its digest where it has more than *limit* nodes."""
    if sum(1 for _ in ast.walk(node)) <= limit:
        return node
    return ast.Name(f"value_{hashlib.sha256(ast.dump(node).encode('utf-8', 'surrogatepass')).hexdigest()[:8]}")


def is_plain(node: ast.expr) -> bool:
    """Whether *node* is a value that is written down: constants, and containers of them."""
    return isinstance(node, _COMPREHENSION_FREE) and all(
        isinstance(part, (*_COMPREHENSION_FREE, ast.operator, ast.unaryop, ast.expr_context)) for part in ast.walk(node)
    )


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for a chain of names and attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def claims_of(node: ast.expr, names: Names, shown: ast.AST, *, is_wanted: bool = True) -> Iterator[Claim]:
    """What ``assert node`` claims (``assert not node``, where it is not wanted); nothing where it cannot fail."""
    claim = Claim("", "true" if is_wanted else "false", "", getattr(shown, "lineno", 0), ast.unparse(shown))
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from claims_of(operand, names, shown, is_wanted=not is_wanted)
        case ast.BoolOp(values=values) if isinstance(node.op, ast.And) is is_wanted:
            for value in values:
                yield from claims_of(value, names, ast.Assert(value, lineno=claim.line), is_wanted=is_wanted)
        case ast.BoolOp(values=values):
            options = "\n".join(ast.unparse(ast.Assert(value)) for value in values)
            yield replace(claim, subject=names.text(node), relation="either", expected=options)
        case ast.Compare(left=left, ops=ops, comparators=comparators) if is_wanted or len(ops) == 1:
            for one, sign, other in zip((left, *comparators), ops, comparators, strict=False):
                relation = _OPERATORS[type(sign)]
                yield from _compared(one, relation if is_wanted else _OPPOSITE[relation], other, names, claim)
        case ast.Call() if is_wanted and (found := _near(node, names, claim)):
            yield found
        case ast.Call(func=ast.Name(id="isinstance"), args=[value, kind]) if is_wanted:
            yield replace(claim, subject=names.text(value), relation="isinstance", expected=names.text(kind))
        case ast.Constant() | ast.Tuple():
            return
        case _:
            yield replace(claim, subject=names.text(node))


def _compared(one: ast.expr, relation: str, other: ast.expr, names: Names, claim: Claim) -> Iterator[Claim]:
    one, other = names.write_out(one), names.write_out(other)
    if is_plain(one) and is_plain(other):
        return
    if is_plain(one) or _tolerance(one) is not None:
        one, other, relation = other, one, _MIRRORED.get(relation, relation)
    elif relation in {"in", "not in"} and isinstance(one, ast.Constant):
        one, other, relation = other, one, _MIRRORED[relation]
    if isinstance(other, ast.Constant) and isinstance(other.value, bool) and relation == "==":
        relation = "is"
    near = _rounded(one, relation, other) or _apart(one, relation, other) or _approximate(one, relation, other)
    subject, expected, tolerance = near or (one, other, EXACT)
    yield replace(
        claim,
        subject=ast.unparse(subject),
        relation="==" if near else relation,
        expected=ast.unparse(expected),
        tolerance=tolerance,
    )


_Near = tuple[ast.expr, ast.expr, tuple[float, float]]


def _approximate(one: ast.expr, relation: str, other: ast.expr) -> _Near | None:
    tolerance = _tolerance(other)
    if relation != "==" or tolerance is None or not isinstance(other, ast.Call):
        return None
    return one, other.args[0], tolerance


def _tolerance(node: ast.expr) -> tuple[float, float] | None:
    """What ``approx(...)`` allows: without any number a millionth; a part that is not given is none."""
    if not isinstance(node, ast.Call) or last_name(node.func) != "approx" or not node.args:
        return None
    given = dict(zip(("rel", "abs"), node.args[1:], strict=False)) | {
        str(keyword.arg): keyword.value for keyword in node.keywords
    }
    if not given.keys() & {"abs", "rel"}:
        return 1e-12, 1e-6
    return _number(given.get("abs"), 0.0 if "rel" in given else 1e-12), _number(given.get("rel"), 0.0)


def _number(node: ast.expr | None, default: float) -> float:
    """The number written at *node*; infinite where it is none that can be read, as a tolerance nobody knows."""
    if node is None:
        return default
    try:
        return float(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return math.inf


def _rounded(one: ast.expr, relation: str, other: ast.expr) -> _Near | None:
    if relation == "==" and isinstance(one, ast.Call) and last_name(one.func) == "round" and one.args:
        digits = _number(one.args[1] if len(one.args) > 1 else None, 0.0)
        return one.args[0], other, (0.5 * 10.0 ** -min(digits, 300.0), 0.0)
    return None


def _apart(one: ast.expr, relation: str, other: ast.expr) -> _Near | None:
    """``abs(a - b) < limit`` as an equality with a tolerance."""
    if relation not in {"<", "<="} or not isinstance(one, ast.Call) or last_name(one.func) not in {"abs", "fabs"}:
        return None
    difference = one.args[0] if one.args else None
    if not isinstance(difference, ast.BinOp) or not isinstance(difference.op, ast.Sub):
        return None
    return difference.left, difference.right, (_number(other, 0.0), 0.0)


_CLOSE: dict[str, tuple[tuple[str, float], tuple[str, float]]] = {
    "isclose": (("abs_tol", 0.0), ("rel_tol", 1e-9)),
    "allclose": (("atol", 1e-8), ("rtol", 1e-5)),
    "assert_allclose": (("atol", 0.0), ("rtol", 1e-7)),
}


def _near(node: ast.Call, names: Names, claim: Claim) -> Claim | None:
    """The claim of ``isclose`` and its kin: two values and how far they may be apart."""
    limits = _CLOSE.get(last_name(node.func))
    if limits is None or len(node.args) < 2:  # noqa: PLR2004 - the two values that are compared
        return None
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    absolute, relative = (_number(given.get(name), default) for name, default in limits)
    subject, expected = (names.text(value) for value in node.args[:2])
    return replace(claim, subject=subject, relation="==", expected=expected, tolerance=(absolute, relative))


def claims_of_call(node: ast.Call, names: Names) -> Iterator[Claim]:
    """What a call that stands alone claims: the assertions of unittest, numpy and mocks, and helpers named like one."""
    name = last_name(node.func)
    claim = Claim("", "call", "", node.lineno, ast.unparse(node))
    special = _CALLS.get(name)
    if special is not None:
        yield from special(node, names, claim)
    elif name in _UNITTEST and len(node.args) > 1:
        yield from _compared(node.args[0], _UNITTEST[name], node.args[1], names, claim)
    elif name in _UNARY and node.args:
        yield from _unary(name, node, names)
    elif close := _near(node, names, claim):
        yield close
    elif name.startswith(_CHECKS):
        owner = names.text(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        arguments = ast.Call(ast.Name(name), node.args, node.keywords)
        yield replace(claim, subject=owner, expected=names.text(arguments))


def _unary(name: str, node: ast.Call, names: Names) -> Iterator[Claim]:
    relation = _UNARY[name]
    if relation in {"true", "false"}:
        yield from claims_of(node.args[0], names, node, is_wanted=relation == "true")
    else:
        claim = Claim(names.text(node.args[0]), relation, "None", node.lineno, ast.unparse(node))
        yield claim


def _almost(node: ast.Call, names: Names, claim: Claim) -> Iterator[Claim]:
    given = dict(zip(("places", "message", "delta"), node.args[2:], strict=False)) | {
        str(keyword.arg): keyword.value for keyword in node.keywords
    }
    places = _number(given.get("places", given.get("decimal")), 7.0)
    limit = _number(given["delta"], 0.0) if "delta" in given else 0.5 * 10.0 ** -min(places, 300.0)
    for found in _compared(node.args[0], "==", node.args[1], names, claim) if len(node.args) > 1 else ():
        yield replace(found, tolerance=(limit, 0.0))


def _instance(node: ast.Call, names: Names, claim: Claim) -> Iterator[Claim]:
    if len(node.args) > 1:
        subject, kind = (names.text(value) for value in node.args[:2])
        yield replace(claim, subject=subject, relation="isinstance", expected=kind)


def _failure(node: ast.Call, names: Names, claim: Claim) -> Iterator[Claim]:
    if dotted(node.func) in {"pytest.fail", "self.fail"}:
        yield replace(claim, subject=names.text(node.func), relation="fails")


_CALLS: dict[str, Callable[[ast.Call, Names, Claim], Iterator[Claim]]] = {
    "assertAlmostEqual": _almost,
    "assert_almost_equal": _almost,
    "assertIsInstance": _instance,
    "fail": _failure,
}
