"""What the failing tests say that they want: values they compare with, words they use, errors they wait for."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ....sandbox_kit.compiling import parse_quietly

_MOST_FILES, _LARGEST_FILE = 20, 1_000_000
_MOST_VALUES, _MOST_WORDS, _LONGEST = 10, 60, 40
_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
_EQUALS = frozenset({"assertEqual", "assertEquals", "assertIs", "assertListEqual", "assertDictEqual"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """*values* are literals as written, those that results are compared with first; *errors* names of exceptions."""

    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def read_wanted(ids: Iterable[str], root: Path) -> Wanted:
    """What the tests *ids* (node ids below *root*) want; nothing of a file that cannot be read."""
    names: dict[str, set[str]] = {}
    for id_ in ids:
        path, _, inside = id_.partition("::")
        names.setdefault(path, set()).add(inside.partition("[")[0].rpartition("::")[2])
    nodes = [
        node
        for path, tests in list(names.items())[:_MOST_FILES]
        for node in _tests_in(root / path)
        if node.name in tests
    ]
    values = _unique(text for node in nodes for text in (*_compared(node), *_other_literals(node)))
    words = _unique(text for node in nodes for text in _strings(node))
    return Wanted(values[:_MOST_VALUES], words[:_MOST_WORDS], _unique(name for node in nodes for name in _errors(node)))


def _tests_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = None
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.is_file() and path.stat().st_size <= _LARGEST_FILE:
            tree = parse_quietly(path.read_text("utf-8"))
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _compared(test: ast.AST) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            yield from (text for part in (*node.comparators, node.left) for text in _literal(part))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _EQUALS:
            yield from (text for part in node.args for text in _literal(part))


def _other_literals(test: ast.AST) -> Iterator[str]:
    """The literals of the decorators, where parametrised tests have their values."""
    for decorator in getattr(test, "decorator_list", []):
        for node in ast.walk(decorator):
            if isinstance(node, (ast.Constant, ast.UnaryOp)):
                yield from _literal(node)


def _literal(node: ast.AST) -> Iterator[str]:
    plain = node.operand if isinstance(node, ast.UnaryOp) else node
    is_empty = (isinstance(plain, (ast.List, ast.Tuple)) and not plain.elts) or (
        isinstance(plain, ast.Dict) and not plain.keys
    )
    if isinstance(plain, ast.Constant) or is_empty:
        text = ast.unparse(node)
        if len(text) <= _LONGEST and "\n" not in text:
            yield text


def _strings(test: ast.AST) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= _LONGEST:
            yield node.value


def _errors(test: ast.AST) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and node.args and _called(node) in _RAISES:
            first = node.args[0]
            yield from (part.id for part in getattr(first, "elts", [first]) if isinstance(part, ast.Name))


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
