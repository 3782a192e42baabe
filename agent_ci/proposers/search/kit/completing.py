"""What is often forgotten: a step of a loop, a mirrored branch, a normalisation, the call of a function of the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ....sandbox_kit.source import Splice
from .place import Place, parameters

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SPECIFIERS = ("02", "03", ".2f", ".1f", ".0f", ",", ",.2f", "4", ">2")
_FIELD = re.compile(r"(?<!\{)\{([^{}:!]+)(?::([^{}]*))?\}(?!\})")
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
_MOST_COPIES = 12
_NORMAL = ("lower", "strip", "upper")
_GUIDED, _BLIND = 1.0, 0.3


def normalised(place: Place) -> Iterator[Splice]:
    """``x.lower()``, ``x.strip()`` or ``x.upper()`` for ``x``, also before another call and in a comparison."""
    if not isinstance(place.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return
    if not isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load) or isinstance(place.parent, ast.Expr):
        return
    if getattr(place.parent, "func", None) is place.node or isinstance(place.parent, ast.Subscript):
        return
    text = place.source.operand(place.node)
    for method in _NORMAL:
        if not text.endswith(f".{method}()"):
            weight = _GUIDED if method in place.hints.normalisers else _BLIND
            yield place.source.replace(place.node, f"{text}.{method}()", weight)


def slice_width(place: Place) -> Iterator[Splice]:
    """``x[a:a + b]`` for ``x[a:b]``, and back."""
    match place.node:
        case ast.Slice(lower=lower, upper=ast.BinOp(left=left, op=ast.Add(), right=right), step=None) if (
            lower is not None and ast.unparse(left) == ast.unparse(lower)
        ):
            yield Splice(place.source.start(left), place.source.start(right), "", 0.5)
        case ast.Slice(lower=ast.expr() as lower, upper=ast.expr() as upper, step=None):
            text = f"{place.source.operand(lower)} + {place.source.operand(upper)}"
            yield place.source.replace(upper, text, 0.9)


def format_specifier(place: Place) -> Iterator[Splice]:
    """Another width or precision of a field in an f-string or a format: ``{x:02}`` for ``{x}``."""
    if not isinstance(place.node, (ast.JoinedStr, ast.Constant)) or isinstance(place.parent, ast.JoinedStr):
        return
    text = place.source.text(place.node)
    if not isinstance(place.node, ast.JoinedStr) and not isinstance(place.parent, ast.Attribute):
        return
    for found in _FIELD.finditer(text):
        for specifier in dict.fromkeys(_specifiers(found[2] or "")):
            new = f"{{{found[1]}:{specifier}}}" if specifier else f"{{{found[1]}}}"
            replaced = text[: found.start()] + new + text[found.end() :]
            yield place.source.replace(place.node, replaced, _GUIDED if place.hints.compares else _BLIND)


def _specifiers(old: str) -> Iterator[str]:
    if not old:
        yield from _SPECIFIERS
        return
    for digit in re.finditer(r"\d+", old):
        for other in (int(digit[0]) + 1, int(digit[0]) - 1):
            if other >= 0:
                zero = "0" if digit[0].startswith("0") and len(digit[0]) > 1 else ""
                yield old[: digit.start()] + f"{zero}{other}" + old[digit.end() :]
    for sign, instead in (("<", ">"), (">", "<"), ("^", "<"), (",", ""), (".", "")):
        if sign in old:
            yield old.replace(sign, instead, 1)
    if old.startswith("."):
        yield f",{old}"
    yield ""


def wrapped(place: Place) -> Iterator[Splice]:
    """``f(x)`` for an argument or a returned *x*, where *f* is a function of this file that takes one thing."""
    is_part = isinstance(place.parent, (ast.Call, ast.Return, ast.Assign, ast.BinOp))
    if not isinstance(place.node, (ast.Name, ast.Attribute, ast.Subscript)) or not is_part:
        return
    if getattr(place.parent, "func", None) is place.node or not isinstance(place.node.ctx, ast.Load):
        return
    around = {getattr(place.parent.func, "id", "")} if isinstance(place.parent, ast.Call) else set()
    for name in place.words.takers:
        if name not in around and name != getattr(place.node, "id", ""):
            is_own = place.function is not None and name == place.function.name
            yield place.source.replace(place.node, f"{name}({place.source.text(place.node)})", 1.0 if is_own else 0.6)


def loop_step(place: Place) -> Iterator[Splice]:
    """A variable that a loop reads and never changes, brought up to date at the end of its body."""
    if not isinstance(place.node, (ast.For, ast.While)) or place.function is None:
        return
    last = place.node.body[-1]
    if not place.source.is_alone_on_its_lines(last) and not isinstance(last, (ast.If, ast.For, ast.While, ast.With)):
        return
    inside = [node for statement in place.node.body for node in ast.walk(statement) if isinstance(node, ast.Name)]
    stored = {node.id for node in inside if isinstance(node.ctx, ast.Store)}
    tested = {node.id for node in ast.walk(getattr(place.node, "test", ast.Pass())) if isinstance(node, ast.Name)}
    read = {node.id for node in inside if isinstance(node.ctx, ast.Load)} | tested
    targets = [one.id for one in ast.walk(getattr(place.node, "target", ast.Pass())) if isinstance(one, ast.Name)]
    given = set(parameters(place.function)) - tested
    bound = dict(place.source.assigned(place.function))
    at, indent = place.source.end(last), place.source.indentation(last)
    for name in sorted((read & (bound.keys() | tested)) - stored - set(targets) - given):
        for text in (*(f"{name} = {one}" for one in (*targets, *sorted(stored))), f"{name} += 1", f"{name} -= 1"):
            yield Splice(at, at, f"{place.source.newline}{indent}{text}", 0.8)


def copied_statement(place: Place) -> Iterator[Splice]:
    """A simple statement of the same function, once more: before a return, or at the end of a loop or a branch."""
    function = place.function
    if function is None or not isinstance(place.node, ast.stmt) or not place.source.is_alone_on_its_lines(place.node):
        return
    is_last = place.block[-1:] == [place.node] and not isinstance(place.node, (ast.Return, ast.Raise, ast.Continue))
    is_return = isinstance(place.node, ast.Return)
    if not (is_last or is_return) or isinstance(place.node, ast.Break):
        return
    indent, newline = place.source.indentation(place.node), place.source.newline
    simple = [one for one in ast.walk(function) if isinstance(one, _SIMPLE) and one.lineno == one.end_lineno]
    texts = dict.fromkeys(place.source.text(one) for one in simple if one is not place.node and not _is_text(one))
    for text in list(texts)[:_MOST_COPIES]:
        if is_return:
            start = place.source.line_start(place.node.lineno)
            yield Splice(start, start, f"{indent}{text}{newline}", 0.8)
        else:
            yield Splice(place.source.end(place.node), place.source.end(place.node), f"{newline}{indent}{text}", 0.5)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def mirrored_branch(place: Place) -> Iterator[Splice]:
    """``if x < 0: return ...`` behind ``if x > 0: return ...``, with a value that a failing test wants."""
    match place.node:
        case ast.If(
            test=ast.Compare(left=left, comparators=[right]), body=[ast.Return() | ast.Raise() as action], orelse=[]
        ):
            pass
        case _:
            return
    source = place.source
    sign = source.data[source.end(left) : source.start(right)].decode().strip()
    if sign not in _MIRRORED or action.lineno == place.node.lineno or not source.is_alone_on_its_lines(place.node):
        return
    indent, inner, newline = source.indentation(place.node), source.indentation(action), source.newline
    at = source.end(place.node)
    test = f"{source.text(left)} {_MIRRORED[sign]} {source.text(right)}"
    for value in place.hints.wanted.values[:6]:
        yield Splice(at, at, f"{newline}{indent}if {test}:{newline}{inner}return {value}", 0.8)
