"""Which functions a failing assertion has its values from, and which ones the test called beside them.

The test's own source is read and not run: a backward slice over its statements, by what each binds or changes.
"""

from __future__ import annotations

import ast
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from ....sandbox_kit.compiling import parse_quietly
from ....sandbox_kit.source import Function, Source, header_lines

_LARGEST_FILE = 1_000_000
_BLOCKS = (ast.stmt, ast.excepthandler)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Operands:
    """Knows the functions of *sources* and of the test files below *root*, and what each of them names."""

    def __init__(self, sources: Mapping[str, Source], root: Path) -> None:
        self._sources = sources
        self._root = root
        self._trees: dict[str, ast.Module | None] = {}
        self._graphs: dict[str, dict[str, set[str]]] = {}

    def beside(self, id_: str, path: str, stopped: int) -> dict[str, set[int]]:
        """The lines, by path, of functions that the case *id_* called for nothing that it asserted where it *stopped*.

        That is a line of the file at *path*. A function that its values may come from, by any name, is none of them.
        """
        test = self._test(id_, path, stopped)
        if test is None:
            return {}
        behind, others = sliced(test, stopped)
        needed, called = self._reached(behind, path), self._reached(others, path)
        lines: dict[str, set[int]] = defaultdict(set)
        for source, function in self._functions:
            if function.name in called:
                lines[source.path] |= _lines_of(function)
        for source, function in self._functions:
            if function.name in needed or function.name.startswith("__"):  # which are called without their names
                lines[source.path] -= _lines_of(function)
        return lines

    @cached_property
    def _functions(self) -> list[tuple[Source, Function]]:
        return [
            (source, node)
            for source in self._sources.values()
            for node in ast.walk(source.tree)
            if isinstance(node, _FUNCTIONS)
        ]

    def _test(self, id_: str, path: str, stopped: int) -> Function | None:
        name = id_.partition("[")[0].rpartition("::")[2]
        for node in ast.walk(self._tree(path) or ast.Module([], [])):
            match node:
                case ast.FunctionDef(name=known) | ast.AsyncFunctionDef(name=known) if known == name:
                    if node.lineno <= stopped <= (node.end_lineno or node.lineno):
                        return node
        return None

    def _tree(self, path: str) -> ast.Module | None:
        if path not in self._trees:
            self._trees[path] = None
            with contextlib.suppress(OSError, UnicodeDecodeError):
                place = self._root / path
                if place.is_file() and place.stat().st_size <= _LARGEST_FILE:
                    self._trees[path] = parse_quietly(place.read_text("utf-8"))
        return self._trees[path]

    def _reached(self, names: Iterable[str], path: str) -> set[str]:
        """*names* and all that the functions and classes of these names name, in the sources and in the test's file."""
        reached, waiting = set[str](), list(names)
        there = self._graphs.get(path)
        if there is None:
            there = self._graphs[path] = _graph(self._tree(path))
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self._graph.get(name, ())
                waiting += there.get(name, ())
        return reached

    @cached_property
    def _graph(self) -> dict[str, set[str]]:
        whole: dict[str, set[str]] = defaultdict(set)
        for source in self._sources.values():
            for name, used in _graph(source.tree).items():
                whole[name] |= used
        return whole


def _lines_of(function: Function) -> set[int]:
    return set(range(function.lineno, (function.end_lineno or function.lineno) + 1))


def _graph(tree: ast.Module | None) -> dict[str, set[str]]:
    """What the functions of a name name, and of classes those methods that nobody calls by their names."""
    graph: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, _FUNCTIONS):
            graph[node.name] |= _names(node)
        elif isinstance(node, ast.ClassDef):
            unnamed = (one for one in node.body if isinstance(one, _FUNCTIONS) and one.name.startswith("__"))
            graph[node.name] |= {name for part in (*unnamed, *node.bases) for name in _names(part)}
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute, ast.Lambda, ast.Call)):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    graph[target.id] |= _names(node.value)
    return graph


def sliced(test: Function, stopped: int) -> tuple[set[str], set[str]]:
    """The names in those statements of *test* that the values on the line *stopped* come from, and in the others."""
    statements = [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.stmt) and node.lineno <= stopped and not isinstance(node, _FUNCTIONS)
    ]
    last = [node for node in statements if stopped in header_lines(node)]
    values = {value for node in last for value in _values(node)}
    behind = list(last)
    waiting = [node for node in statements if node not in last]
    while more := [node for node in waiting if values & set(_changed(node))]:
        behind += more
        waiting = [node for node in waiting if node not in more]
        values |= {value for node in more for value in _values(node)}
    return _names_in(behind) | {one.arg for one in ast.walk(test.args) if isinstance(one, ast.arg)}, _names_in(waiting)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """The values that *statement* binds, and those whose methods it calls or which it hands over for nothing else."""
    for node in _own(statement):
        if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            yield from _value(node)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield from _value(node.func.value)
            if isinstance(statement, ast.Expr) and not _is_assertion(node):
                yield from (value for argument in node.args for value in _value(argument))


def _is_assertion(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert")


def _values(statement: ast.stmt) -> set[str]:
    return {value for node in _own(statement) for value in _value(node)}


def _value(node: ast.AST) -> Iterator[str]:
    """The variable that *node* is a part of; of the test case itself, the attribute."""
    inner = node
    while isinstance(inner, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "self":
            yield f"self.{inner.attr}"
            return
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    if isinstance(inner, ast.Name) and inner.id != "self":
        yield inner.id


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of *statement* without those of the statements in it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _BLOCKS)]


def _names_in(statements: Iterable[ast.stmt]) -> set[str]:
    return {name for statement in statements for node in _own(statement) for name in _named(node)}


def _names(node: ast.AST) -> set[str]:
    return {name for below in ast.walk(node) for name in _named(below)}


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
