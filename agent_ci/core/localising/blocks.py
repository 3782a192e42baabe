"""Which pieces a source file is made of: its functions, and the code that stands between them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agent_ci.core.elsewhere.languages import EVERY
from agent_ci.core.names import MAX_CHARACTERS, parse

_LONGEST_RUN = 30  # lines of code between functions that make one piece
_OWN_LINES = 6  # a statement of more lines, such as a table, is a piece of its own
_LONGEST_CHUNK = 60  # lines of a file whose language is not read
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Spans = tuple[tuple[int, int], ...]
_LONE_RETURN = re.compile(r"\r(?!\n)")  # ends a line for Python alone
_UNINDENTED = re.compile(r"[^\s)\]}#/*]")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines *first* to *last* (1-based) of a file: a function with its decorators, or code that is in none.

    ``name`` is the qualified name of the function, of the class that the code stands in, or empty. ``body`` is the
    first line that runs when the function is called, and ``first`` where it is none. ``header`` are the lines of the
    classes around it, and ``docstring`` those of what it says about itself, from and to.
    """

    name: str
    first: int
    last: int
    body: int
    is_function: bool = False
    header: tuple[int, ...] = ()
    docstring: tuple[int, int] = (0, 0)

    @property
    def lines(self) -> range:
        """All its lines."""
        return range(self.first, self.last + 1)


@lru_cache(maxsize=4096)
def blocks(path: str, text: str) -> tuple[Block, ...]:
    """The pieces of *text*, the file at *path*, in order.

    Python is read by its grammar, and imports are no piece; a file whose lines Python counts otherwise than by their
    feeds is read as text. JavaScript, TypeScript, Go and Java are read by the functions
    that they name; whatever else, and what cannot be read, is cut where its lines begin again at the margin.
    """
    tree = parse(text) if path.endswith(".py") and not _LONE_RETURN.search(text) else None
    if tree is not None:
        return tuple(sorted(_of_python(tree.body, "", ()), key=lambda block: block.first))
    language = next((one for one in EVERY if path.endswith(one.endings)), None)
    functions = language.functions(text) if language and len(text) <= MAX_CHARACTERS else ()
    found = tuple(Block(one.name, one.header, one.last, one.first, is_function=True) for one in functions)
    return found or tuple(_chunks(text))


def _of_python(body: list[ast.stmt], prefix: str, header: tuple[int, ...]) -> Iterator[Block]:
    run: list[ast.stmt] = []
    for statement in body:
        inner = _inner(statement)
        is_long = _last(statement) - statement.lineno >= _OWN_LINES
        if run and (inner or is_long or _last(statement) - run[0].lineno >= _LONGEST_RUN):
            yield _between(run, prefix, header)
            run = []
        if isinstance(statement, _Function):
            yield _function(statement, prefix, header)
        elif isinstance(statement, ast.ClassDef):
            lines = (*header, *range(statement.lineno, max(statement.lineno + 1, statement.body[0].lineno)))
            yield from _of_python(_without_docstring(statement.body), f"{prefix}{statement.name}.", lines)
        elif inner:
            yield from _of_python(inner, prefix, header)
        elif not isinstance(statement, ast.Import | ast.ImportFrom) and not _is_text(statement):
            run.append(statement)
            if is_long:
                yield _between(run, prefix, header)
                run = []
    if run:
        yield _between(run, prefix, header)


def _inner(statement: ast.stmt) -> list[ast.stmt]:
    """What stands in *statement* where that defines something: a function below ``if`` or ``try`` is one as well."""
    if isinstance(statement, _Function | ast.ClassDef):
        return [statement]
    parts = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    parts += [handler.body for handler in getattr(statement, "handlers", [])]
    inside = [child for part in parts if isinstance(part, list) for child in part]
    return inside if any(_inner(child) for child in inside) else []


def _between(run: list[ast.stmt], prefix: str, header: tuple[int, ...]) -> Block:
    return Block(prefix.rstrip("."), run[0].lineno, _last(run[-1]), run[0].lineno, header=header)


def _function(node: _Function, prefix: str, header: tuple[int, ...]) -> Block:
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    inside = _without_docstring(node.body)
    says = (node.body[0].lineno, _last(node.body[0])) if inside is not node.body else (0, 0)
    body = inside[0].lineno if inside else _last(node)
    return Block(prefix + node.name, first, _last(node), body, is_function=True, header=header, docstring=says)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if _is_text(body[0]) else body


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _chunks(text: str) -> Iterator[Block]:
    rows = text.split("\n")
    first, is_after_blank = 1, True
    for number, row in enumerate(rows, start=1):
        is_new = is_after_blank and bool(_UNINDENTED.match(row)) and number > first
        if is_new or number - first >= _LONGEST_CHUNK:
            yield Block("", first, number - 1, first)
            first = number
        is_after_blank = not row.strip()
    if any(row.strip() for row in rows[first - 1 :]):
        yield Block("", first, len(rows), first)
