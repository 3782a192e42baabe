"""Calls that somebody wrote down: docstring examples with their results, and calls that tests make."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .acts import Call
from .targets import Target

_MOST = 20
_FLAGS = ("...", "doctest:", "Traceback")


@dataclass(frozen=True)
class Example:
    """A docstring's example: the *call*, and what it says comes out, as Python prints it."""

    call: Call
    want: str


def documented(tree: ast.Module, targets: Mapping[str, Target]) -> list[Example]:
    """The docstrings' examples that are one call of a target and tell one plain result."""
    found: list[Example] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found += _examples(ast.get_docstring(node) or "", targets)
    return found[:_MOST]


def shown_calls(tree: ast.Module, targets: Mapping[str, Target]) -> list[Call]:
    """All calls of targets with literals in the docstrings' examples, whatever is done with what they give."""
    found: dict[object, Call] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for source in _sources(ast.get_docstring(node) or ""):
                calls = (ast.unparse(one) for one in ast.walk(source) if isinstance(one, ast.Call))
                found.update({call.key: call for text in calls if (call := call_of(text, targets))})
    return list(found.values())[: 3 * _MOST]


def _sources(text: str) -> Iterator[ast.Module]:
    try:
        parsed = doctest.DocTestParser().get_examples(text)
        yield from (ast.parse(example.source) for example in parsed)
    except (ValueError, SyntaxError):
        return


def _examples(text: str, targets: Mapping[str, Target]) -> Iterator[Example]:
    try:
        parsed = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return
    for example in parsed:
        call = call_of(example.source.strip(), targets)
        want = example.want.strip()
        if call and want and not any(flag in want or flag in example.source for flag in _FLAGS):
            yield Example(call, want)


def call_of(source: str, targets: Mapping[str, Target]) -> Call | None:
    """The call that the expression *source* is; None where it is none of a target, or takes more than literals."""
    node = _parsed(source)
    target = targets.get(_name(node.func)) if node else None
    if node is None or target is None or target.kind not in ("function", "staticmethod", "classmethod"):
        return None
    places = [one.name for one in target.parameters if one.kind == "positional"]
    if len(node.args) > len(places) or any(isinstance(one, ast.Starred) for one in node.args):
        return None
    names = {one.name for one in target.parameters if one.kind in ("positional", "keyword")}
    given = dict(zip(places, map(ast.unparse, node.args), strict=False))
    given.update({str(keyword.arg): ast.unparse(keyword.value) for keyword in node.keywords})
    if not given.keys() <= names or any(
        not _is_plain(one) for one in (*node.args, *(keyword.value for keyword in node.keywords))
    ):
        return None
    ordered = tuple((one.name, given[one.name]) for one in target.parameters if one.name in given)
    return Call(target.name, ordered, origin="example")


def _parsed(source: str) -> ast.Call | None:
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return node if isinstance(node, ast.Call) else None


def _name(node: ast.expr) -> str:
    """The name in the module: what stands before a dot may be the module itself."""
    dotted = ast.unparse(node)
    return dotted if "(" not in dotted else ""


def _is_plain(node: ast.expr) -> bool:
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.unaryop, ast.Load)
    return all(isinstance(one, allowed) for one in ast.walk(node))
