"""Which tests put something else in the place of the very code that they are about."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from agent_ci.core.worth.tests_file import TestFunction

_PATCHES, _SETS = frozenset({"patch", "patch.object", "object"}), frozenset({"setattr"})


def objection(test: TestFunction, functions: Collection[str]) -> str:
    """Why *test* is no test of *functions* (qualified names), where it replaces all of those that it speaks of."""
    last = {name.rpartition(".")[2]: name for name in functions if name}
    replaced = [name for node in ast.walk(test.node) for name in _replaced(node) if name in last]
    if not replaced:
        return ""
    spoken = {name for node in ast.walk(test.node) for name in _spoken(node) if name in last}
    return f"it puts something else in the place of {last[replaced[0]]}, which it is about" * (spoken <= {*replaced})


def _replaced(node: ast.AST) -> Iterator[str]:
    """The last part of the name that the call *node* replaces: ``patch("shop.net")``, ``setattr(shop, "net", ...)``."""
    if not isinstance(node, ast.Call):
        return
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in (_PATCHES | _SETS):
        return
    texts = (each.value for each in node.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str))
    yield from (text.rpartition(".")[2] for text in texts)


def _spoken(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
