"""Calls that somebody wrote down: docstring examples with their results, and calls that tests make."""

from __future__ import annotations

import ast
import contextlib
import doctest
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....sandbox_kit.compiling import parse_quietly
from .acts import Call
from .targets import Target

_MOST = 20
_CALLED = ("function", "staticmethod", "classmethod")
_FLAGS = ("...", "doctest:", "Traceback")


@dataclass(frozen=True)
class Example:
    """A docstring's example: the *call*, and what it says comes out, as Python prints it."""

    call: Call
    want: str


def documented(tree: ast.Module, targets: Mapping[str, Target]) -> list[Example]:
    """The docstrings' examples that are one call of a target and tell one plain result."""
    found: list[Example] = []
    for example in _examples(tree):
        match parse_quietly(example.source):
            case ast.Module(body=[ast.Expr(value=node)]) if call := call_of(node, targets):
                want = example.want.strip()
                if want and not any(flag in want or flag in example.source for flag in _FLAGS):
                    found.append(Example(call, want))
    return found[:_MOST]


def shown_calls(tree: ast.Module, targets: Mapping[str, Target]) -> list[Call]:
    """All calls of targets with literals in the docstrings' examples, whatever is done with what they give."""
    parsed = (source for example in _examples(tree) if (source := parse_quietly(example.source)))
    calls = (call for source in parsed for node in ast.walk(source) if (call := call_of(node, targets)))
    return list({call.key: call for call in calls}.values())[: 3 * _MOST]


def _examples(tree: ast.Module) -> Iterator[doctest.Example]:
    """The examples in all docstrings of the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            with contextlib.suppress(ValueError):
                yield from doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")


def call_of(node: ast.AST, targets: Mapping[str, Target]) -> Call | None:
    """The call that *node* is; None where it is none of a target, or takes more than literals."""
    target = targets.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or target is None or target.kind not in _CALLED:
        return None
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    places = [one.name for one in target.parameters if one.kind == "positional"]
    if len(node.args) > len(places) or not all(map(_is_plain, values)):
        return None
    names = {one.name for one in target.parameters if one.kind in ("positional", "keyword")}
    given = dict(zip(places, map(ast.unparse, node.args), strict=False))
    given.update({str(keyword.arg): ast.unparse(keyword.value) for keyword in node.keywords})
    if not given.keys() <= names:
        return None
    ordered = tuple((one.name, given[one.name]) for one in target.parameters if one.name in given)
    return Call(target.name, ordered, origin="example")


def _is_plain(node: ast.expr) -> bool:
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.unaryop, ast.Load)
    return all(isinstance(one, allowed) for one in ast.walk(node))
