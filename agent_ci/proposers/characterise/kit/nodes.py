"""Syntax trees as arguments: the call of ``ast.parse`` that makes a node, and small programs that have one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LONGEST = 120  # characters of a program that a reader takes in
_PROGRAMS = (
    "total = price * 2", "apply(value, 1)", "def double(x):\n    return x * 2", "if x > 1:\n    y = 2",
    "price", "x + 1", '"text"', "12", "item.name", "items[0]", "[1, 2]", "x < 1", "a and b", "not a", "-x",
    "for one in items:\n    use(one)", "import json", "from os import path", "return x",
    "class Point:\n    x = 1", 'raise ValueError("no")', "assert x == 1", "count: int = 1", "total += 1",
    "lambda x: x", "(1, 2)", '{"a": 1}', "{1, 2}", "[x for x in y]", "a if b else c", 'f"{x}"', "await call()",
    "while x:\n    pass", "with open_it() as file:\n    pass", "try:\n    f()\nexcept ValueError:\n    pass",
    "del x", "pass", "break", "continue", "async def f():\n    pass",
)  # fmt: skip


class NoProgramError(Exception):
    """No short program makes the node."""


def is_of_nodes(kind: object) -> bool:
    """Whether objects of *kind* are nodes of a syntax tree."""
    return isinstance(kind, type) and issubclass(kind, ast.AST)


def key_of(kind: type) -> str:
    """The name under which recorded nodes of *kind* are kept."""
    return f"ast.{kind.__name__}"


def is_for(key: str, kind: type) -> bool:
    """Whether nodes that are kept under *key* are of *kind*."""
    head, _, name = key.partition(".")
    return head == "ast" and isinstance(found := getattr(ast, name, None), type) and issubclass(found, kind)


def made_of(node: ast.AST) -> tuple[str, str]:
    """The program of *node* and the expression, over the program as ``{}``, that takes the node out of it.

    Raises NoProgramError where the program is too long or does not have the node at its top.
    """
    try:
        program = ast.unparse(node)
        form = next((form for kind, form in _FORMS if isinstance(node, kind)), "")
        again = _taken(program, form) if form else None
    except (SyntaxError, ValueError, RecursionError, AttributeError, TypeError) as error:
        raise NoProgramError from error
    if again is None or len(program) > LONGEST or ast.dump(again) != ast.dump(node):
        raise NoProgramError
    return program, form


def samples(kind: type) -> Iterator[tuple[str, str]]:
    """Programs, and expressions over them, that make nodes of *kind*: see `made_of`."""
    for program in _PROGRAMS:
        for _, form in _FORMS:
            node = _taken(program, form)
            if node is not None and isinstance(node, kind):
                yield program, form


_FORMS: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.expr, 'ast.parse({}, mode="eval").body'),
    (ast.stmt, "ast.parse({}).body[0]"),
    (ast.Module, "ast.parse({})"),
)


def _taken(program: str, form: str) -> ast.AST | None:
    """The node that *form* takes out of *program*; None where it has none."""
    is_expression = "eval" in form
    try:
        tree: ast.AST = ast.parse(program, mode="eval" if is_expression else "exec")
    except SyntaxError:
        return None
    if isinstance(tree, ast.Expression):
        return tree.body
    if not isinstance(tree, ast.Module) or "body" not in form:
        return tree
    return tree.body[0] if len(tree.body) == 1 else None
