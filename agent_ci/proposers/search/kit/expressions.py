"""How expressions go wrong: comparisons, arithmetic, conditions, constants, slices and ranges."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

from ....sandbox_kit.source import Splice
from .place import Place
from .signs import Weights, arithmetics, comparisons

_COMPARISON = re.compile(rb"not\s+in\b|is\s+not\b|\bis\b|\bin\b|[<>=!]=|<|>")
_ARITHMETIC = re.compile(rb"\*\*|//|<<|>>|[-+*/%&|^@]")
_AUGMENTED = re.compile(rb"(\*\*|//|<<|>>|[-+*/%&|^@])(?==)")
_IDLE_WITH_ONE = ("*", "/", "//", "**")  # x * 1 says nothing; the dropped operand says it better
_CONNECTIVE = re.compile(rb"\band\b|\bor\b")


def _swap(
    place: Place, token: re.Pattern[bytes], likely: Callable[[str], Weights], ends: tuple[int, int]
) -> Iterator[Splice]:
    """Replace the operator that stands between two offsets by each other one, as *likely* as it says of the first."""
    found = place.source.find(token, *ends)
    if found:
        written = b" ".join(place.source.data[slice(*found)].split()).decode()
        for other, weight in likely(written).items():
            yield Splice(*found, other, weight)


def comparison(place: Place) -> Iterator[Splice]:
    """``<`` for ``<=``, ``==`` for ``!=``, ``in`` for ``not in``, ``is`` for ``==``."""
    if isinstance(place.node, ast.Compare):
        operands = [place.node.left, *place.node.comparators]
        for left, right in pairwise(operands):
            ends = (place.source.end(left), place.source.start(right))
            yield from _swap(place, _COMPARISON, partial(comparisons, left=left, right=right), ends)


def comparison_order(place: Place) -> Iterator[Splice]:
    """The two sides of a comparison or a subtraction exchanged."""
    match place.node:
        case ast.Compare(left=left, comparators=[right]):
            pass
        case ast.BinOp(left=left, right=right, op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Add()):
            pass
        case _:
            return
    source = place.source
    between = source.data[source.end(left) : source.start(right)].decode()
    if "(" not in between and ")" not in between:
        yield Splice(source.start(left), source.end(right), source.operand(right) + between + source.operand(left))


def arithmetic(place: Place) -> Iterator[Splice]:
    """``+`` for ``-``, ``//`` for ``/``, ``&`` for ``|``."""
    if isinstance(place.node, ast.BinOp):
        ends = (place.source.end(place.node.left), place.source.start(place.node.right))
        for splice in _swap(place, _ARITHMETIC, partial(arithmetics, node=place.node), ends):
            if splice.replacement not in _IDLE_WITH_ONE or not _is_one(place.node.right):
                yield splice


def augmented(place: Place) -> Iterator[Splice]:
    """``+=`` for ``-=``, and ``=`` for ``+=``."""
    if not isinstance(place.node, ast.AugAssign):
        return
    ends = (place.source.end(place.node.target), place.source.start(place.node.value))
    yield from _swap(place, _AUGMENTED, partial(arithmetics, node=place.node), ends)
    if operator := place.source.find(_AUGMENTED, *ends):
        yield Splice(*operator, "", 0.5)


def accumulation(place: Place) -> Iterator[Splice]:
    """``total += x`` for ``total = x``."""
    match place.node:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target], value=value):
            ends = (place.source.end(target), place.source.start(value))
            if found := place.source.find(re.compile(rb"="), *ends):
                yield Splice(found[0], found[0], "+")
                yield Splice(found[0], found[0], "-", 0.3)


def connective(place: Place) -> Iterator[Splice]:
    """``and`` for ``or``."""
    if isinstance(place.node, ast.BoolOp):
        other = "or" if isinstance(place.node.op, ast.And) else "and"
        for left, right in pairwise(place.node.values):
            found = place.source.find(_CONNECTIVE, place.source.end(left), place.source.start(right))
            if found:
                yield Splice(*found, other)


def dropped_operand(place: Place) -> Iterator[Splice]:
    """``a`` for ``a and b``; ``a`` for ``a + 1``."""
    match place.node:
        case ast.BoolOp(values=values):
            for index in range(len(values)):
                others = [place.source.operand(one) for one in (*values[:index], *values[index + 1 :])]
                joint = " and " if isinstance(place.node.op, ast.And) else " or "
                text = joint.join(others)
                yield place.source.replace(place.node, text if len(others) == 1 else f"({text})", 0.8)
        case ast.BinOp(left=left, right=right):
            yield place.source.replace(place.node, place.source.operand(left), 1.5 if _is_one(right) else 0.4)
            yield place.source.replace(place.node, place.source.operand(right), 0.3)


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def _is_condition(place: Place) -> bool:
    above, node = place.parent, place.node
    if isinstance(above, (ast.If, ast.While, ast.IfExp)):
        return above.test is node
    return (isinstance(above, ast.comprehension) and node in above.ifs) or isinstance(above, ast.BoolOp)


def negation(place: Place) -> Iterator[Splice]:
    """``not`` taken away, or put before a condition or a returned truth."""
    match place.node:
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=inner):
            yield place.source.replace(place.node, place.source.operand(inner))
        case ast.Compare(ops=[_]) | ast.Constant():
            return
        case ast.expr() if _is_condition(place) or (
            isinstance(place.parent, ast.Return) and isinstance(place.node, (ast.Call, ast.BoolOp, ast.Name))
        ):
            yield place.source.replace(place.node, f"not {place.source.operand(place.node)}", 0.7)


def unary(place: Place) -> Iterator[Splice]:
    """``-x`` for ``+x``, ``~x`` and ``x``; ``not x`` for ``~x``."""
    match place.node:
        case ast.UnaryOp(operand=inner, op=op):
            written = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not "}[type(op)]
            for other, weight in {"-": 0.8, "not ": 0.6, "~": 0.2}.items():
                if other != written:
                    text = f"{other}{place.source.operand(inner)}"
                    yield place.source.replace(place.node, text, weight)
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()):
            if isinstance(place.parent, (ast.Return, ast.BinOp, ast.Slice, ast.Compare)):
                yield place.source.replace(place.node, f"(-{place.source.text(place.node)})", 0.3)


def conditional(place: Place) -> Iterator[Splice]:
    """The two outcomes of ``a if c else b`` exchanged, or only one of them kept."""
    if isinstance(place.node, ast.IfExp):
        source, node = place.source, place.node
        body, test, orelse = (source.operand(part) for part in (node.body, node.test, node.orelse))
        yield source.replace(node, f"{orelse} if {test} else {body}")
        yield source.replace(node, body, 0.4)
        yield source.replace(node, orelse, 0.4)


def _is_integer(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def integer(place: Place) -> Iterator[Splice]:
    """An integer constant one more or one less; 0, 1, 2 and -1. A sign before it is a part of it."""
    match place.node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if type(value) is int:
            value = -value
        case ast.Constant(value=int(value)) if type(value) is int and not _is_negated(place):
            pass
        case _:
            return
    near = {value + 1: 1.0, value - 1: 1.0}
    far = {0: 0.6, 1: 0.6, -1: 0.4, 2: 0.3, value * 10: 0.3, value // 10: 0.3, value * 2: 0.2, -value: 0.5}
    is_term = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, (ast.Add, ast.Sub))
    for other, weight in {**far, **near}.items():
        if other != value and (other or not is_term):  # a term of 0 is better left out
            text = str(other) if other >= 0 or value < 0 else f"({other})"
            yield place.source.replace(place.node, text, weight)


def _is_negated(place: Place) -> bool:
    return isinstance(place.parent, ast.UnaryOp) and isinstance(place.parent.op, ast.USub)


def number(place: Place) -> Iterator[Splice]:
    """A float constant made greater or smaller, with another sign, or as a fraction of a hundred."""
    if isinstance(place.node, ast.Constant) and type(place.node.value) is float:
        value = place.node.value
        others = {
            1.0 - value: 0.6,
            value + 1: 0.4,
            value - 1: 0.4,
            value * 10: 0.5,
            value / 10: 0.5,
            value * 100: 0.3,
            -value: 0.4,
        }
        for other, weight in others.items():
            if other != value and other == other and abs(other) != float("inf"):  # noqa: PLR0124 - not a number
                yield place.source.replace(place.node, repr(round(other, 12)), weight)


def truth(place: Place) -> Iterator[Splice]:
    """``True`` for ``False``; both, and the empty containers, for ``None``."""
    if isinstance(place.node, ast.Constant):
        if isinstance(place.node.value, bool):
            yield place.source.replace(place.node, str(not place.node.value))
            yield place.source.replace(place.node, "None", 0.3)
        elif place.node.value is None and not isinstance(place.parent, (ast.Compare, ast.arg)):
            for text, weight in {"False": 0.5, "True": 0.5, "[]": 0.4, "{}": 0.3, '""': 0.4, "0": 0.4}.items():
                yield place.source.replace(place.node, text, weight)


def subscript(place: Place) -> Iterator[Splice]:
    """``x[i + 1]`` and ``x[i - 1]`` for ``x[i]``; ``x[-1]`` for ``x[0]`` is an integer's matter."""
    if isinstance(place.node, ast.Subscript) and isinstance(place.node.slice, (ast.Name, ast.BinOp, ast.Attribute)):
        yield from _off_by_one(place, place.node.slice)


def _off_by_one(place: Place, node: ast.AST, weight: float = 1.0) -> Iterator[Splice]:
    """One more and one less than *node*, unless it ends in a number, which the integers' operator changes."""
    if _is_integer(node) or (isinstance(node, ast.BinOp) and _is_integer(node.right)):
        return
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv))
    text = place.source.text(node) if is_sum else place.source.operand(node)
    yield place.source.replace(node, f"{text} + 1", weight)
    yield place.source.replace(node, f"{text} - 1", weight)


def slice_bounds(place: Place) -> Iterator[Splice]:
    """A slice's bound one off, dropped, or added."""
    if not isinstance(place.node, ast.Slice):
        return
    for bound in (place.node.lower, place.node.upper, place.node.step):
        if bound is not None:
            yield from _off_by_one(place, bound)
            yield place.source.replace(bound, "", 0.8)
    source, node = place.source, place.node
    colon = source.find(
        re.compile(rb":"), source.end(node.lower) if node.lower else source.start(node), source.end(node)
    )
    if colon and not node.lower:
        yield Splice(colon[0], colon[0], "1", 0.7)
    if colon and not node.upper:
        yield Splice(colon[1], colon[1], "-1", 0.7)
        yield Splice(colon[1], colon[1], ":-1" if not node.step else "", 0.3)


def range_bounds(place: Place) -> Iterator[Splice]:
    """``range`` one longer, one shorter, from 0 or from 1."""
    match place.node:
        case ast.Call(func=ast.Name(id="range"), args=[only]):
            yield from _off_by_one(place, only)
            yield place.source.replace(only, f"1, {place.source.text(only)}", 0.9)
            yield place.source.replace(only, f"1, {place.source.operand(only)} + 1", 0.9)
        case ast.Call(func=ast.Name(id="range"), args=[first, last, *_]):
            yield from _off_by_one(place, last)
            yield from _off_by_one(place, first, 0.6)
            if _is_integer(first):
                yield Splice(place.source.start(first), place.source.start(last), "", 0.5)


def off_by_one(place: Place) -> Iterator[Splice]:
    """One more or one less than what is returned, assigned, compared or passed on."""
    if isinstance(place.node, (ast.Name, ast.BinOp, ast.Attribute, ast.Call)) and isinstance(
        getattr(place.node, "ctx", ast.Load()), ast.Load
    ):
        match place.parent:
            case ast.Return() | ast.Assign() | ast.AugAssign() | ast.Compare() | ast.keyword():
                yield from _off_by_one(place, place.node)
            case ast.Call(args=arguments) if place.node in arguments:
                yield from _off_by_one(place, place.node, 0.7)
