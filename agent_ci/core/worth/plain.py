"""A table of one row, as the plain test that a person would write."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from agent_ci.core.names import parse
from agent_ci.core.python_edits import Span, replaced
from agent_ci.core.worth.tests_file import Function, TestFunction, TestsFile

_WIDTH = 88
_NAMES_AND_ROWS = 2  # what a mark is given without a keyword; the third says which values go to fixtures
_KEYWORDS = ("argnames", "argvalues", "ids")
_LOOSE = (ast.IfExp, ast.BoolOp, ast.Compare, ast.Lambda, ast.NamedExpr)
"""What means something else between other words, where it has no parentheses of its own."""
_TIGHT = (ast.Name, ast.Call, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.Subscript)


def without_small_tables(text: str, *, width: int = _WIDTH) -> str:
    """*text* with each table of one row put into its test, where that stays readable in *width* columns."""
    file = TestsFile.read(text)
    for test in reversed(file.tests) if file else ():
        if test.table and len(test.table.rows) == 1:
            text = _plain(text, test, width)
    return text


def _plain(text: str, test: TestFunction, width: int) -> str:
    values = _values(test)
    mark = next((one for one in test.node.decorator_list if "parametrize" in ast.unparse(one)), None)
    spans = tuple(_spans(test.node, values, text)) if values and _is_simple(test.node, text) else ()
    if mark is None or not spans or not values or _has_comment(text, mark):
        return text
    lines = replaced(text, (*spans, _signature(test.node, values, text))).split("\n")
    body = lines[test.node.lineno - 1 : test.node.end_lineno]
    if any(len(line) > width for line in body):
        return text
    end = mark.end_lineno or mark.lineno
    return "\n".join([*lines[: mark.lineno - 1], *lines[end:]])


def _values(test: TestFunction) -> Mapping[str, ast.expr]:
    """The value of each parameter in the only row; empty where they do not fit each other, or the mark says more."""
    mark = next(
        one for one in test.node.decorator_list if isinstance(one, ast.Call) and "parametrize" in ast.unparse(one)
    )
    if any(keyword.arg not in _KEYWORDS for keyword in mark.keywords) or len(mark.args) > _NAMES_AND_ROWS:
        return {}
    row = test.table.rows[0] if test.table else None
    named = mark.args[0] if mark.args else None
    names = [*_names(named)]
    if isinstance(row, ast.Call) and ast.unparse(row.func) == "pytest.param":
        if any(keyword.arg != "id" for keyword in row.keywords):
            return {}
        values = row.args
    else:
        values = row.elts if len(names) > 1 and isinstance(row, ast.Tuple | ast.List) else [row] if row else []
    is_loose = any(isinstance(value, _LOOSE) or _is_not(value) for value in values)
    return dict(zip(names, values, strict=True)) if names and len(names) == len(values) and not is_loose else {}


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _names(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (name.strip() for name in node.value.split(",") if name.strip())
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _is_simple(node: Function, text: str) -> bool:
    """Whether *node* has one line for its head, and nothing in it that could mean another variable of the same name."""
    inner = (child for step in node.body for child in ast.walk(step))
    is_flat = not any(isinstance(child, ast.Lambda | Function | ast.JoinedStr | ast.comprehension) for child in inner)
    defaults = (*node.args.defaults, *(one for one in node.args.kw_defaults if one))
    head = text.split("\n")[node.lineno - 1]
    is_one_line = parse(f"{head.strip()} pass") is not None and node.body[0].lineno > node.lineno
    return is_flat and not defaults and is_one_line


def _spans(node: Function, values: Mapping[str, ast.expr], text: str) -> Iterator[Span]:
    """Where each value goes: nowhere where one is used more than once, or is written over several lines."""
    uses = [one for step in node.body for one in ast.walk(step) if isinstance(one, ast.Name) and one.id in values]
    counted = [one.id for one in uses]
    is_read = all(isinstance(one.ctx, ast.Load) for one in uses)
    if not is_read or sorted(counted) != sorted(values) or any(_is_long(value) for value in values.values()):
        return
    parents = {child: above for step in node.body for above in ast.walk(step) for child in ast.iter_child_nodes(above)}
    for one in uses:
        value = values[one.id]
        words = ast.get_source_segment(text, value) or ast.unparse(value)
        is_inside = isinstance(parents.get(one), ast.Attribute | ast.BinOp | ast.UnaryOp | ast.Subscript | ast.Await)
        is_tight = isinstance(value, _TIGHT) or (isinstance(value, ast.Constant) and isinstance(value.value, str))
        shown = f"({words})" if is_inside and not is_tight else words
        yield Span(one.lineno, one.col_offset, one.end_col_offset or one.col_offset, shown)


def _is_long(value: ast.expr) -> bool:
    return value.lineno != value.end_lineno


def _signature(node: Function, values: Mapping[str, ast.expr], text: str) -> Span:
    """The head of *node* without the parameters that have a value now."""
    line = text.split("\n")[node.lineno - 1].encode()
    kept = [ast.unparse(one) for one in node.args.args if one.arg not in values]
    start = line.index(b"(", node.col_offset)
    last = max(node.args.args, key=lambda one: one.end_col_offset or 0)
    end = line.index(b")", last.end_col_offset or start)
    return Span(node.lineno, start + 1, end, ", ".join(kept))


def _has_comment(text: str, mark: ast.expr) -> bool:
    return any("#" in line for line in text.split("\n")[mark.lineno - 1 : mark.end_lineno])
