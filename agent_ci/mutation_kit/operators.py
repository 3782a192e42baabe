"""The table of faults: for a node of the syntax tree, the edits of its text that make it wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from ..sandbox_kit.source import Source, Splice

Operator = Callable[[Source, ast.AST], Iterator[Splice]]

_COMPARISON = re.compile(rb"not\s+in\b|is\s+not\b|\bis\b|\bin\b|[<>=!]=|<|>")
_ARITHMETIC = re.compile(rb"\*\*|//|<<|>>|[-+*/%&|^@]")
_CONNECTIVE = re.compile(rb"\band\b|\bor\b")
_BOUNDARIES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_NEGATIONS = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==",
    "is": "is not", "is not": "is", "in": "not in", "not in": "in",
}  # fmt: skip
_SWAPS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&",
    "^": "&", "@": "*",
}  # fmt: skip
_MORE_SWAPS = {"/": "//", "//": "/", "*": "+"}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_TESTS = (ast.If, ast.IfExp, ast.While, ast.Assert)


def boundary(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``<`` becomes ``<=``."""
    return _compared(file, node, _BOUNDARIES)


def comparison(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``<`` becomes ``>=``, ``==`` becomes ``!=``, ``in`` becomes ``not in``."""
    return _compared(file, node, _NEGATIONS)


def _compared(file: Source, node: ast.AST, table: Mapping[str, str]) -> Iterator[Splice]:
    if isinstance(node, ast.Compare):
        for left, right in pairwise([node.left, *node.comparators]):
            yield from _swapped(file, _COMPARISON, table, (file.end(left), file.start(right)))


def _swapped(
    file: Source, token: re.Pattern[bytes], table: Mapping[str, str], ends: tuple[int, int]
) -> Iterator[Splice]:
    """The operator between two offsets replaced by its counterpart in *table*, where it has one."""
    place = file.find(token, *ends)
    written = b" ".join(file.data[slice(*place)].split()).decode() if place else ""
    if place and written in table:
        yield Splice(*place, table[written])


def arithmetic(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``+`` becomes ``-``, ``*`` becomes ``/``; also in ``+=``. Texts are not added up."""
    if isinstance(node, ast.BinOp) and not (_is_text(node.left) or _is_text(node.right)):
        ends = (file.end(node.left), file.start(node.right))
    elif isinstance(node, ast.AugAssign) and not _is_text(node.value):
        ends = (file.end(node.target), file.start(node.value))
    else:
        return
    yield from _swapped(file, _ARITHMETIC, _SWAPS, ends)
    yield from _swapped(file, _ARITHMETIC, _MORE_SWAPS, ends)


def accumulation(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``+=`` becomes ``=``."""
    if isinstance(node, ast.AugAssign):
        place = file.find(_ARITHMETIC, file.end(node.target), file.start(node.value))
        if place:
            yield Splice(*place, "")


def connective(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``and`` becomes ``or``."""
    if isinstance(node, ast.BoolOp):
        for left, right in pairwise(node.values):
            yield from _swapped(file, _CONNECTIVE, {"and": "or", "or": "and"}, (file.end(left), file.start(right)))


def condition(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A condition is always true, or never; a loop that would never end is not made."""
    if isinstance(node, _TESTS) and not isinstance(node.test, ast.Constant):
        if not isinstance(node, ast.While):
            yield file.replace(node.test, "True")
        yield file.replace(node.test, "False")
    elif isinstance(node, _COMPREHENSIONS):
        for test in (test for generator in node.generators for test in generator.ifs):
            yield file.replace(test, "True")


def negation(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``not`` is left out, and a condition that is a single name or call gets one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield file.replace(node, file.operand(node.operand))
    elif isinstance(node, _TESTS) and isinstance(node.test, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        yield file.replace(node.test, f"not {file.text(node.test)}")


def sign(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``-x`` becomes ``x``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield file.replace(node, file.operand(node.operand))


def number(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A number becomes the next and the one before, true becomes false."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield file.replace(node, str(not value))
    elif isinstance(value, int):
        yield file.replace(node, str(value + 1))
        if value > 0:
            yield file.replace(node, str(value - 1))
    elif isinstance(value, float):
        yield file.replace(node, repr(value + 1.0))


def text(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A text becomes another one, or empty."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
        return
    prefix = "b" if isinstance(node.value, bytes) else ""
    if node.value:
        changed = node.value + b"X" if isinstance(node.value, bytes) else f"{node.value}X"
        yield file.replace(node, repr(changed))
        yield file.replace(node, f'{prefix}""')
    else:
        yield file.replace(node, f'{prefix}"X"')


def returned(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A function returns nothing, or the opposite."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if isinstance(node.value, ast.Compare | ast.BoolOp):
        yield file.replace(node.value, f"not ({file.text(node.value)})")
    if not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield file.replace(node.value, "None")


def deletion(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A call, an assignment to a part of something, ``+=`` or ``raise`` is left out."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)
    is_part = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    if is_call or is_part or isinstance(node, ast.AugAssign | ast.Raise | ast.Delete):
        yield file.replace(node, "pass")


def jump(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``break`` becomes ``continue``, and the other way round."""
    if isinstance(node, ast.Break):
        yield file.replace(node, "continue")
    elif isinstance(node, ast.Continue):
        yield file.replace(node, "break")


def slice_bound(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A bound of a slice is left out."""
    if isinstance(node, ast.Slice):
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                yield file.replace(bound, "")


def keyword(file: Source, node: ast.AST) -> Iterator[Splice]:
    """A keyword argument is left out."""
    if not isinstance(node, ast.Call):
        return
    for argument in node.keywords:
        if argument.arg is not None:
            end = file.end(argument)
            comma = re.match(rb"\s*,", file.data[end:])
            yield Splice(file.start(argument), end + (comma.end() if comma else 0), "")


def exception(file: Source, node: ast.AST) -> Iterator[Splice]:
    """Another exception is raised, and a handler catches nothing."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(raised, ast.Name | ast.Attribute) and file.text(raised)[:1].isupper():
            yield file.replace(raised, "RuntimeError" if file.text(raised) != "RuntimeError" else "ValueError")
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield file.replace(node.type, "()")


def twin(file: Source, node: ast.AST) -> Iterator[Splice]:
    """``min`` becomes ``max``, ``any`` becomes ``all``."""
    twins = {"min": "max", "max": "min", "any": "all", "all": "any"}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in twins:
        yield file.replace(node.func, twins[node.func.id])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


# In the order in which a line's first faults are taken: what is easily got wrong and easily missed comes first.
OPERATORS: Mapping[str, Operator] = {
    "boundary": boundary,
    "comparison": comparison,
    "connective": connective,
    "arithmetic": arithmetic,
    "negation": negation,
    "number": number,
    "slice": slice_bound,
    "condition": condition,
    "accumulation": accumulation,
    "jump": jump,
    "sign": sign,
    "twin": twin,
    "exception": exception,
    "deletion": deletion,
    "return": returned,
    "keyword": keyword,
    "text": text,
}
