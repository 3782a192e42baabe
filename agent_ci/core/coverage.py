"""Which lines of which files each test executed, and which lines of a Python file can be executed at all."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from types import CodeType, MappingProxyType
from typing import TypeVar

from agent_ci.core.branches import Arc
from agent_ci.core.names import parse

IMPORTS = ""
"""Stands for the id of a test where lines ran that belong to no test: a module's own, when it was imported."""

_Item = TypeVar("_Item")
_Files = Mapping[str, frozenset[_Item]]
_Tests = Mapping[str, _Files[_Item]]
Lines = _Files[int]
NOTHING: Lines = MappingProxyType({})
# https://coverage.readthedocs.io/en/latest/excluding.html, the comment that is known without being configured
_EXCLUDED = re.compile(r"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:cover|COVER)")


@dataclass(frozen=True)
class Coverage:
    """Lines (1-based) by the path of their file, relative to the repository's root, by the id of the test.

    The ids are those of a TestReport; IMPORTS stands for lines that ran outside of every test. A test that ran and
    executed no line of the repository has no files. ``partial`` gives the reasons, one sentence each, why lines or
    tests may be missing. ``executable`` are all lines that could be executed, by path, as far as the tool tells them.
    ``arcs`` say, by test and path, which line ran after each of those lines of which that was asked.
    """

    tests: Mapping[str, Lines] = field(default_factory=lambda: MappingProxyType({}))
    partial: tuple[str, ...] = ()
    executable: Lines = field(default_factory=lambda: MappingProxyType({}))
    arcs: Mapping[str, Mapping[str, frozenset[Arc]]] = field(default_factory=lambda: MappingProxyType({}))

    def tests_of(self, path: str, line: int) -> frozenset[str]:
        """The ids of the tests that executed *line* of *path*; IMPORTS is among them where an import did."""
        return self._tests.get(path, {}).get(line, frozenset())

    def lines(self, path: str) -> frozenset[int]:
        """The lines of *path* that any test or import executed."""
        return frozenset(self._tests.get(path, ()))

    def arcs_of(self, path: str) -> frozenset[Arc]:
        """What is known of the file *path* of which line ran after which in any test; no import counts."""
        return frozenset().union(*(files.get(path, ()) for id_, files in self.arcs.items() if id_ != IMPORTS))

    def of(self, ids: Iterable[str]) -> Coverage:
        """What the tests *ids* alone executed; those that are not known are left out."""
        wanted = dict.fromkeys(ids)
        return replace(self, tests=_those(self.tests, wanted), arcs=_those(self.arcs, wanted))

    def __or__(self, other: Coverage) -> Coverage:
        """Both, where a test that is in both executed the lines of either."""
        partial = tuple(dict.fromkeys((*self.partial, *other.partial)))
        tests, arcs = _each_joined(self.tests, other.tests), _each_joined(self.arcs, other.arcs)
        return Coverage(tests, partial, _joined(self.executable, other.executable), arcs)

    @cached_property
    def _tests(self) -> Mapping[str, Mapping[int, frozenset[str]]]:
        """The tests by path and line."""
        found: dict[str, dict[int, list[str]]] = {}
        for id_, files in self.tests.items():
            for path, lines in files.items():
                by_line = found.setdefault(path, {})
                for line in lines:
                    by_line.setdefault(line, []).append(id_)
        return {path: {line: frozenset(ids) for line, ids in by_line.items()} for path, by_line in found.items()}


def _those(files: _Tests[_Item], ids: Iterable[str]) -> _Tests[_Item]:
    return {id_: files[id_] for id_ in ids if id_ in files}


def _each_joined(one: _Tests[_Item], other: _Tests[_Item]) -> _Tests[_Item]:
    both = {id_: _joined(one[id_], other[id_]) for id_ in one.keys() & other.keys()}
    return {**one, **other, **both}


def _joined(one: _Files[_Item], other: _Files[_Item]) -> _Files[_Item]:
    return {path: one.get(path, frozenset()) | other.get(path, frozenset()) for path in {**one, **other}}


def executable_lines(source: str) -> frozenset[int]:
    """The lines (1-based) of the Python file *source* that a tracer can see, found by compiling it, never by running.

    Docstrings are left out, and what a ``pragma: no cover`` excludes, as coverage.py reads it: the statement, or the
    whole block that its line begins. Empty where *source* is no Python.
    """
    tree = parse(source)
    if tree is None:
        return frozenset()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with the file is not ours
            code = compile(tree, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return frozenset()
    found = {line for each in _codes(code) for _, _, line in each.co_lines() if line}
    return frozenset(found - set(_docstrings(tree)) - set(_excluded(source, tree)))


def _codes(code: CodeType) -> Iterator[CodeType]:
    waiting = [code]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += (constant for constant in each.co_consts if isinstance(constant, CodeType))


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield from _span(first) if isinstance(first.value.value, str) else ()


def _span(statement: ast.stmt) -> range:
    return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _excluded(source: str, tree: ast.Module) -> Iterator[int]:
    marked = [number for number, line in enumerate(source.split("\n"), 1) if _EXCLUDED.search(line)]
    if not marked:
        return
    for begins, heads_end, ends in (span for node in ast.walk(tree) for span in _blocks(node)):
        if any(begins <= line <= heads_end for line in marked):
            yield from range(begins, ends + 1)


def _blocks(node: ast.AST) -> Iterator[tuple[int, int, int]]:
    """Of each block that *node* has: the first line, the last one of what begins it, and the last one of all."""
    body = getattr(node, "body", None)
    if isinstance(node, ast.Match):
        yield node.lineno, node.subject.end_lineno or node.lineno, node.end_lineno or node.lineno
        return
    if not isinstance(body, list):
        if isinstance(node, ast.stmt):
            last = node.end_lineno or node.lineno
            yield node.lineno, last, last
        return
    if (begins := _first_line(node)) and body:
        yield begins, max(begins, body[0].lineno - 1), _last_line(body)
    blocks = (body, getattr(node, "handlers", []), getattr(node, "orelse", []), getattr(node, "finalbody", []))
    filled = [block for block in blocks if block]
    for before, block in pairwise(filled):
        if isinstance(block[0], ast.stmt):  # what stands between them is `else:` or `finally:`
            yield _last_line(before) + 1, block[0].lineno - 1, _last_line(block)


def _first_line(node: ast.AST) -> int:
    """Where *node* begins with its decorators; 0 for the module, which no line begins."""
    placed = getattr(node, "pattern", node)  # a `case` has no place, and what it matches has
    decorators: list[int] = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    return min([int(getattr(placed, "lineno", 0)), *decorators])


def _last_line(block: list[ast.stmt]) -> int:
    return block[-1].end_lineno or block[-1].lineno
