"""Splices of a Python file: what is written in a node's place."""

from __future__ import annotations

import ast

import pytest

from agent_ci.sandbox_kit.source import Source


def made(code: str, old: str, new: str) -> str:
    source = Source("a.py", code.encode())
    node = next(node for node in ast.walk(source.tree) if isinstance(node, ast.expr) and source.text(node) == old)
    return source.replace(node, new).applied_to(source.data).decode()


@pytest.mark.parametrize(
    ("code", "old", "new", "after"),
    [
        ("items.pop(0)", "0", "(-1)", "items.pop(-1)"),
        ("f(key=0)", "0", "(a or b)", "f(key=a or b)"),
        ("a = 0", "0", "(x if y else z)", "a = x if y else z"),
        ("a[0]", "0", "(-1)", "a[-1]"),
        ("a = [0, 1]", "0", "( -1 )", "a = [-1, 1]"),
        ("a = x - 1", "1", "(-1)", "a = x - (-1)"),
        ("a = x ** 1", "x", "(-x)", "a = (-x) ** 1"),
        ("f(0)", "f", "(f or g)", "(f or g)(0)"),
        ("a[0]", "a", "(a or b)", "(a or b)[0]"),
        ("a = f(0)", "0", "(1, 2)", "a = f((1, 2))"),
        ("a[0:1]", "0", "(x + y)", "a[x + y:1]"),
        ("a[0:1]", "0", "(lambda: x)", "a[(lambda: x):1]"),
        ("f(0, 1)", "0", "(x for x in y)", "f((x for x in y), 1)"),
        ("f(0)", "0", "(x := 1)", "f((x := 1))"),
        ("f(0)", "0", "(1) + (2)", "f((1) + (2))"),
        ("f(0)", "0", "(a)(b)", "f((a)(b))"),
        ("f(0)", "0", "(a,", "f((a,)"),
    ],
)
def test_parentheses_go_where_nothing_needs_them(code: str, old: str, new: str, after: str) -> None:
    assert made(code, old, new) == after
