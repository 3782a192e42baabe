"""How statements go wrong: a missing guard or return, branches exchanged, the wrong jump or exception."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ....sandbox_kit.source import Splice, first_line
from .place import Place, before_statement, names_an_error, parameters, similarity, starts_a_line

_SIBLING_ERRORS = {
    "KeyError": ("IndexError", "ValueError", "LookupError", "AttributeError", "TypeError"),
    "IndexError": ("KeyError", "ValueError", "LookupError"),
    "ValueError": ("TypeError", "KeyError", "IndexError", "RuntimeError"),
    "TypeError": ("ValueError", "AttributeError"),
    "AttributeError": ("KeyError", "TypeError"),
    "RuntimeError": ("ValueError", "NotImplementedError"),
    "OSError": ("FileNotFoundError", "ValueError"),
    "IOError": ("OSError", "FileNotFoundError"),
    "Exception": ("ValueError", "TypeError", "RuntimeError"),
    "ZeroDivisionError": ("ValueError",),
    "FileNotFoundError": ("OSError", "ValueError"),
    "LookupError": ("KeyError", "ValueError"),
    "StopIteration": ("IndexError", "ValueError"),
    "NotImplementedError": ("ValueError", "RuntimeError"),
}
_UNKNOWN_ERROR = 3.0  # the weight of an error that exists for one that does not
_EMPTY = ("None", "[]", "0", '""', "{}", "False", "True", "()", "0.0", "-1")


def exception(place: Place) -> Iterator[Splice]:
    """Another exception type, raised or caught; a caught one joined by the one that escaped."""
    if not isinstance(place.node, ast.Name) or not isinstance(place.node.ctx, ast.Load) or not names_an_error(place):
        return
    is_unknown = place.node.id in place.hints.names
    escaped = sorted(place.hints.raised - ({"NameError"} if is_unknown else set()))
    wanted = (*place.hints.expected_errors, *escaped)
    common = ("Exception", *place.words.errors, *_SIBLING_ERRORS) if is_unknown else ()
    others = dict.fromkeys((*wanted, *_SIBLING_ERRORS.get(place.node.id, ()), *common))
    more = _UNKNOWN_ERROR if is_unknown else 1.0
    for other in others:
        if other != place.node.id and (place.node.id in _SIBLING_ERRORS or other in wanted or is_unknown):
            yield place.source.replace(place.node, other, more * (1.0 if other in wanted else 0.5))
    handler = next((one for one in place.source.ancestors(place.node) if isinstance(one, ast.ExceptHandler)), None)
    if handler is not None and handler.type is place.node and not is_unknown:
        for other in others:
            yield place.source.replace(place.node, f"({place.node.id}, {other})", 0.7 if other in wanted else 0.3)


def jump(place: Place) -> Iterator[Splice]:
    """``break`` for ``continue``; either, or ``pass``, for the other; a return left out of a loop."""
    match place.node:
        case ast.Break():
            yield place.source.replace(place.node, "continue")
            yield place.source.replace(place.node, "pass", 0.5)
        case ast.Continue():
            yield place.source.replace(place.node, "break")
            yield place.source.replace(place.node, "pass", 0.5)
        case ast.Pass() if any(isinstance(one, (ast.For, ast.While)) for one in place.source.ancestors(place.node)):
            yield place.source.replace(place.node, "continue")
            yield place.source.replace(place.node, "break", 0.7)


def guard(place: Place) -> Iterator[Splice]:
    """``if x is None: return ...`` or ``if not x: return ...`` before a statement."""
    if not isinstance(place.node, ast.stmt) or place.function is None or not starts_a_line(place):
        return
    if place.node is not place.function.body[0] and not place.hints.raised - {"AssertionError"}:
        return
    if isinstance(place.node, ast.Expr) and isinstance(place.node.value, ast.Constant):
        return
    used = {node.id for node in ast.walk(place.node) if isinstance(node, ast.Name)}
    for name in [one for one in place.variables if one in used and one not in ("self", "cls")][:3]:
        for test, weight in ((f"{name} is None", 0.7), (f"not {name}", 1.0)):
            for action in _actions(place, name):
                yield before_statement(place, f"if {test}:", action, weight)


def _actions(place: Place, name: str) -> Iterator[str]:
    for error in place.hints.expected_errors:
        yield f'raise {error}("{name} is missing")'
    values = [repr(value) for _, value in place.hints.differences if isinstance(value, (int, str, type(None)))]
    for text in dict.fromkeys((*place.hints.wanted.values[:4], *values[:4], *_EMPTY, name)):
        yield f"return {text}"
    if any(isinstance(one, (ast.For, ast.While)) for one in place.source.ancestors(place.node)):
        yield "continue"


def range_guard(place: Place) -> Iterator[Splice]:
    """A check of a parameter's sign that raises the error which a test waits for in vain."""
    if place.function is None or place.node is not _first_real(place.function) or not starts_a_line(place):
        return
    for error in place.hints.expected_errors:
        for name in parameters(place.function)[:4]:
            if name not in ("self", "cls"):
                for test in (f"{name} < 0", f"{name} <= 0", f"not isinstance({name}, str)", f"{name} is None"):
                    yield before_statement(place, f"if {test}:", f'raise {error}("bad {name}")', 1.0)


def _first_real(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    real = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return real[0] if real else None


def missing_return(place: Place) -> Iterator[Splice]:
    """``return`` before the last expression, or after the last statement of a function that has none."""
    if place.function is None or not isinstance(place.node, ast.stmt):
        return
    if isinstance(place.node, ast.Expr) and not isinstance(place.node.value, (ast.Constant, ast.Yield)):
        start = place.source.start(place.node)
        yield Splice(start, start, "return ", 1.0 if place.node is place.block[-1:][0] else 0.4)
    is_last = place.node is place.function.body[-1] and not isinstance(place.node, (ast.Return, ast.Raise))
    if is_last and place.source.is_alone_on_its_lines(place.node):
        yield from _returned_after(place)


def _returned_after(place: Place) -> Iterator[Splice]:
    at = place.source.end(place.node)
    indent, newline = place.source.indentation(place.statement), place.source.newline
    names = list(place.variables)
    for name in [*names[::-1][:6], *(["self"] if "self" in names else [])]:
        yield Splice(at, at, f"{newline}{indent}return {name}", 0.8)
    for value in ("True", "False", "None"):
        yield Splice(at, at, f"{newline}{indent}return {value}", 0.3)


def kept_result(place: Place) -> Iterator[Splice]:
    """``s = s.strip()`` for a lone ``s.strip()``."""
    match place.node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name() | ast.Attribute() as owner))):
            yield Splice(
                place.source.start(place.node), place.source.start(place.node), f"{place.source.text(owner)} = "
            )


def early_return(place: Place) -> Iterator[Splice]:
    """A return inside a loop moved behind it."""
    if isinstance(place.node, ast.Return) and place.node is place.block[-1:][0]:
        above = place.source.parents.get(place.node)
        is_movable = len(place.block) > 1 and place.source.is_alone_on_its_lines(place.node)
        if isinstance(above, (ast.For, ast.While, ast.If, ast.With)) and is_movable:
            line = place.source.line_start(place.node.lineno)
            text = place.source.indentation(above) + place.source.text(place.node)
            yield Splice(line, place.source.end(place.node), text, 0.8)
    if isinstance(place.node, ast.Return) and isinstance(place.source.parents.get(place.node), ast.If):
        yield place.source.replace(place.node, "pass", 0.3)


def returned_value(place: Place) -> Iterator[Splice]:
    """Another variable, or an empty value, returned."""
    if isinstance(place.node, ast.Return) and place.node.value is not None:
        text = place.source.text(place.node.value)
        for name in place.variables[-8:]:
            if name not in (text, "self", "cls"):
                yield place.source.replace(place.node.value, name, 0.4 + 0.3 * similarity(text, name))
        for value in ("None", "[]", "True", "False", "self"):
            if value != text:
                yield place.source.replace(place.node.value, value, 0.3)


def swapped_branches(place: Place) -> Iterator[Splice]:
    """The bodies of ``if`` and ``else`` exchanged."""
    if isinstance(place.node, ast.If) and len(place.node.body) == len(place.node.orelse) == 1:
        body, orelse = place.node.body[0], place.node.orelse[0]
        if not isinstance(orelse, ast.If) and orelse.lineno == orelse.end_lineno and body.lineno == body.end_lineno:
            source = place.source
            between = source.data[source.end(body) : source.start(orelse)].decode()
            text = source.text(orelse) + between + source.text(body)
            yield Splice(source.start(body), source.end(orelse), text)


def removed_statement(place: Place) -> Iterator[Splice]:
    """A statement left out: the likeliest way to please a test for the wrong reason, so tried last."""
    if isinstance(place.node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Delete, ast.Assert, ast.If, ast.Raise)):
        if isinstance(place.node, ast.Expr) and isinstance(place.node.value, ast.Constant):
            return
        first, last = first_line(place.node), place.node.end_lineno or place.node.lineno
        if len(place.block) > 1 and place.source.is_alone_on_its_lines(place.node):
            yield Splice(place.source.line_start(first), place.source.line_start(last + 1), "")
        else:
            yield place.source.replace(place.node, "pass")


def unindented(place: Place) -> Iterator[Splice]:
    """The last statement of a block moved behind the block, or the one behind it moved in."""
    above = place.source.parents.get(place.node)
    if not isinstance(place.node, ast.stmt) or not place.source.is_alone_on_its_lines(place.node):
        return
    if place.node.lineno != place.node.end_lineno:
        return
    line, text = place.source.line_start(place.node.lineno), place.source.text(place.node)
    if (
        isinstance(above, (ast.If, ast.For, ast.While, ast.With))
        and len(place.block) > 1
        and place.node is place.block[-1]
    ):
        yield Splice(line, place.source.end(place.node), place.source.indentation(above) + text)
    index = place.block.index(place.node) if place.node in place.block else 0
    previous = place.block[index - 1] if index else None
    if isinstance(previous, (ast.If, ast.For, ast.While, ast.With)):
        inner = (getattr(previous, "orelse", None) or previous.body)[-1]
        if inner.lineno != previous.lineno:
            yield Splice(line, place.source.end(place.node), place.source.indentation(inner) + text, 0.8)


def swapped_statements(place: Place) -> Iterator[Splice]:
    """Two neighbouring simple statements in the other order."""
    if not isinstance(place.node, (ast.Assign, ast.AugAssign, ast.Expr)) or place.node not in place.block:
        return
    following = place.block[place.block.index(place.node) + 1 :][:1]
    for other in following:
        if isinstance(other, (ast.Assign, ast.AugAssign, ast.Expr)):
            source = place.source
            between = source.data[source.end(place.node) : source.start(other)].decode()
            text = source.text(other) + between + source.text(place.node)
            yield Splice(source.start(place.node), source.end(other), text)


def mutable_default(place: Place) -> Iterator[Splice]:
    """A default list, dict or set made anew for each call."""
    if not isinstance(place.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    source, body = place.source, _first_real(place.node)
    defaults = [*place.node.args.defaults, *(one for one in place.node.args.kw_defaults if one)]
    for default in defaults:
        name = _parameter_of(place.node, default)
        if body is not None and name and isinstance(default, (ast.List, ast.Dict, ast.Set, ast.Call)):
            start, indent = source.line_start(first_line(body)), source.indentation(body)
            middle = source.data[source.end(default) : start].decode()
            lines = f"{indent}if {name} is None:", f"{indent}    {name} = {source.text(default)}", ""
            yield Splice(source.start(default), start, f"None{middle}{source.newline.join(lines)}")


def _parameter_of(function: ast.FunctionDef | ast.AsyncFunctionDef, default: ast.expr) -> str:
    its = function.args
    named = [*its.posonlyargs, *its.args]
    pairs = [
        *zip(reversed(named), reversed(its.defaults), strict=False),
        *zip(its.kwonlyargs, its.kw_defaults, strict=True),
    ]
    return next((argument.arg for argument, value in pairs if value is default), "")


def iterated(place: Place) -> Iterator[Splice]:
    """Something else to go through in a loop: a variable, its items or numbers, or what another loop goes through."""
    if not isinstance(place.node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return
    is_empty = isinstance(place.node.iter, (ast.List, ast.Tuple)) and not place.node.iter.elts
    is_pair = isinstance(place.node.target, ast.Tuple)
    stored = {one.id for one in ast.walk(place.node.target) if isinstance(one, ast.Name)}
    names = [name for name in place.variables if name not in stored and name != "cls"]
    made = (
        ("enumerate({0})", "{0}.items()", "zip({0})") if is_pair else ("range(len({0}))", "range({0})", "reversed({0})")
    )
    texts = [*place.words.iterated, *(name for name in names if name != "self")]
    texts += [shape.format(name) for name in names if name != "self" for shape in made]
    if "self" in names:
        texts += [f"self.{name}" for name in place.words.attributes]
    for text in dict.fromkeys(texts):
        if text != place.source.text(place.node.iter):
            yield place.source.replace(place.node.iter, text, 1.0 if is_empty else 0.15)


def decorator(place: Place) -> Iterator[Splice]:
    """A decorator that other definitions of the file have, or a usual one of methods; or one left out."""
    if not isinstance(place.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    source, indent = place.source, place.source.indentation(place.node)
    own = {source.text(one) for one in place.node.decorator_list}
    is_method = isinstance(source.parents.get(place.node), ast.ClassDef)
    usual = ("property", "staticmethod", "classmethod") if is_method else ("functools.cache", "contextmanager")
    start = source.line_start(first_line(place.node))
    for text in dict.fromkeys((*usual, *place.words.decorators)):
        if text not in own:
            is_known = text in place.words.decorators or is_method
            yield Splice(start, start, f"{indent}@{text}{source.newline}", 0.8 if is_known else 0.2)
    for one in place.node.decorator_list:
        line = source.line_start(one.lineno)
        yield Splice(line, source.line_start((one.end_lineno or one.lineno) + 1), "", 0.2)


def loop_else(place: Place) -> Iterator[Splice]:
    """``if`` for ``elif`` and ``while`` for ``if``."""
    if isinstance(place.node, ast.If):
        keyword = place.source.find(
            re.compile(rb"\A(el)?if\b"), place.source.start(place.node), place.source.end(place.node)
        )
        if keyword:
            is_elif = place.source.data[keyword[0] : keyword[1]] == b"elif"
            yield Splice(*keyword, "if" if is_elif else "while", 1.0 if is_elif else 0.6)
            if not is_elif and isinstance(place.source.parents.get(place.node), (ast.FunctionDef, ast.For, ast.While)):
                index = place.block.index(place.node)
                if index and isinstance(place.block[index - 1], ast.If):
                    yield Splice(*keyword, "elif", 0.8)
    elif isinstance(place.node, ast.While):
        start = place.source.start(place.node)
        yield Splice(start, start + 5, "if", 0.6)
