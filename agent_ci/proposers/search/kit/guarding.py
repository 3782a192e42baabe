"""What an error asks for: a guard against None, an empty value, a zero or a key that is not there, a first value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....sandbox_kit.source import Splice, first_line
from .place import Place, before_statement, starts_a_line

_PLAIN = ("None", '""', "0", "[]", "False")
_FIRST_VALUES = ("None", "0", "[]", '""', "{}", "False")
_CONTAINERS = frozenset({"KeyError", "IndexError"})


def _fallbacks(place: Place) -> Iterator[tuple[str, float]]:
    """What to give where there is nothing to work on, likeliest first: what the tests want, then empty values."""
    wanted = place.hints.wanted.values[:5]
    for rank, text in enumerate(dict.fromkeys((*wanted, *_PLAIN))):
        yield text, max(1.0 - 0.1 * rank, 0.3)


def none_guard(place: Place) -> Iterator[Splice]:
    """``x.y if x is not None else None`` for ``x.y``, where something was asked of None."""
    if not place.hints.on_none or not isinstance(place.node, (ast.Attribute, ast.Subscript, ast.Call)):
        return
    if not isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load) or isinstance(place.parent, ast.Expr):
        return
    if isinstance(place.parent, ast.Attribute) or getattr(place.parent, "func", None) is place.node:
        return  # the whole chain is guarded, not its first part
    is_whole = isinstance(place.parent, (ast.Return, ast.Assign, ast.keyword))
    for owner in _owners(place.node):
        for fallback, weight in _fallbacks(place):
            text = f"{place.source.text(place.node)} if {owner} is not None else {fallback}"
            yield place.source.replace(place.node, text if is_whole else f"({text})", weight)


def _owners(node: ast.AST) -> Iterator[str]:
    """What stands before the dots and brackets of a chain, outermost first."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) not in ("self", "cls"):
            yield ast.unparse(node)


def key_guard(place: Place) -> Iterator[Splice]:
    """A check before ``d[k]`` that a key is there, which returns or raises what a test waits for."""
    match place.node:
        case ast.Subscript(value=value, slice=key, ctx=ast.Load()) if place.hints.raised & _CONTAINERS:
            pass
        case _:
            return
    if place.function is None or not isinstance(key, (ast.Name, ast.Attribute, ast.Constant)):
        return
    owner, name = place.source.text(value), place.source.text(key)
    test = f"{name} not in {owner}" if "KeyError" in place.hints.raised else f"{name} >= len({owner})"
    statement = Place(
        place.source, place.statement, place.statement, place.functions, place.hints, place.words, place.modules
    )
    if starts_a_line(statement):
        for error in place.hints.expected_errors:
            yield before_statement(statement, f"if {test}:", f"raise {error}({name})", 1.0)
        for fallback, weight in _fallbacks(place):
            yield before_statement(statement, f"if {test}:", f"return {fallback}", 0.6 * weight)


def zero_guard(place: Place) -> Iterator[Splice]:
    """``a / b if b else 0`` for ``a / b`` where something was divided by zero."""
    if "ZeroDivisionError" not in place.hints.raised or not isinstance(place.node, ast.BinOp):
        return
    if isinstance(place.node.op, (ast.Div, ast.FloorDiv, ast.Mod)):
        divisor, text = place.source.operand(place.node.right), place.source.text(place.node)
        is_whole = isinstance(place.parent, (ast.Return, ast.Assign))
        for fallback, weight in _fallbacks(place):
            found = f"{text} if {divisor} else {fallback}"
            yield place.source.replace(place.node, found if is_whole else f"({found})", weight)


def none_check(place: Place) -> Iterator[Splice]:
    """``x is not None`` for a condition that is ``x``, ``x is None`` for ``not x``, and back."""
    above, node = place.parent, place.node
    is_test = isinstance(above, (ast.If, ast.While, ast.IfExp)) and above.test is node
    is_test = is_test or (isinstance(above, ast.comprehension) and node in above.ifs) or isinstance(above, ast.BoolOp)
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute() as inner):
            yield place.source.replace(node, f"{place.source.text(inner)} is None", 0.8)
        case ast.Name() | ast.Attribute() | ast.Call() | ast.Subscript() if is_test:
            yield place.source.replace(node, f"{place.source.text(node)} is not None", 0.8)
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            yield place.source.replace(node, place.source.text(left), 0.5)
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            yield place.source.replace(node, f"not {place.source.operand(left)}", 0.5)
        case ast.BoolOp(op=ast.Or(), values=[ast.Name() | ast.Attribute() | ast.Call() as first, other]):
            kept = place.source.text(first)
            text = f"{kept} if {kept} is not None else {place.source.text(other)}"
            yield place.source.replace(node, text if isinstance(above, (ast.Return, ast.Assign)) else f"({text})", 0.5)


def empty_default(place: Place) -> Iterator[Splice]:
    """``max(x, default=0)`` for ``max(x)`` and ``next(x, None)`` for ``next(x)`` where there was nothing in *x*."""
    match place.node:
        case ast.Call(func=ast.Name(id="max" | "min" | "next" as name), args=[only], keywords=keywords):
            pass
        case _:
            return
    if place.hints.raised & {"ValueError", "StopIteration"} and not any(one.arg == "default" for one in keywords):
        start, end = place.source.start(only), place.source.end(place.node) - 1
        text = place.source.text(only)
        if isinstance(only, ast.GeneratorExp) and end <= place.source.end(only):
            start, text = place.source.end(place.node.func), f"({text}"  # the call's own brackets are the generator's
            end = place.source.end(place.node)
        rest = place.source.data[place.source.end(only) : end].decode() if end > place.source.end(only) else ""
        for fallback, weight in _fallbacks(place):
            given = f", {fallback}" if name == "next" else f", default={fallback}"
            closing = ")" if text.startswith("((") else ""
            yield Splice(start, end, f"{text}{rest}{given}{closing}", weight)


def first_value(place: Place) -> Iterator[Splice]:
    """A variable that may be read before anything is assigned to it, given a value first."""
    function = place.function
    if function is None or place.node is not function.body[0] or not starts_a_line(place):
        return
    for name in sorted(place.hints.unbound & {name for name, _ in place.source.assigned(function)}):
        for rank, value in enumerate(_FIRST_VALUES):
            indent, newline = place.source.indentation(place.statement), place.source.newline
            start = place.source.line_start(first_line(place.statement))
            yield Splice(start, start, f"{indent}{name} = {value}{newline}", 1.0 - 0.1 * rank)


def missing_argument(place: Place) -> Iterator[Splice]:
    """The argument that an error says is missing: given by a variable, or a default where it is declared."""
    if isinstance(place.node, ast.arg) and place.node.arg in place.hints.missing:
        if isinstance(place.source.parents.get(place.parent), (ast.FunctionDef, ast.AsyncFunctionDef)):  # type: ignore[arg-type] # an argument has a parent
            at = place.source.end(place.node)
            for rank, value in enumerate(_FIRST_VALUES):
                yield Splice(at, at, f"={value}", 0.8 - 0.1 * rank)
    elif isinstance(place.node, ast.Call):
        at = place.source.end(place.node) - 1
        joint = ", " if place.node.args or place.node.keywords else ""
        for name in sorted(place.hints.missing):
            for given in (name, f"self.{name}") if name in place.variables or "self" in place.variables else ():
                yield Splice(at, at, f"{joint}{given}" if not place.node.keywords else f"{joint}{name}={given}", 1.0)
