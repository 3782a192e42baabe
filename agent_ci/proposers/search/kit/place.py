"""One node that an operator may change, and what can be known about its surroundings from the file alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import TypeGuard

from ....sandbox_kit.source import Function, Source, Splice, first_line, has_exact_place
from .hints import Hints

_LONGEST_WORD, _LONGEST_COMPOUND = 60, 200
COMPOUNDS = (ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Subscript, ast.UnaryOp)
"""Expressions that are no accident where they stand twice in a file."""


class Vocabulary:
    """The names, attributes, keys and called functions that one file uses, each in order of appearance."""

    def __init__(self, source: Source) -> None:
        nodes = list(ast.walk(source.tree))
        self.names = _unique(node.id for node in nodes if isinstance(node, ast.Name))
        self.attributes = _unique(node.attr for node in nodes if isinstance(node, ast.Attribute))
        self.strings = _unique(
            node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= _LONGEST_WORD
        )
        self.defined = _unique(
            node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        )
        self.imported = _unique(
            (alias.asname or alias.name).partition(".")[0]
            for node in nodes
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        )
        self.called = _unique(
            node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        )
        self.arguments = _unique(node.arg for node in nodes if isinstance(node, ast.arg))
        loops = [node for node in nodes if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension))]
        self.iterated = _unique(source.text(node.iter) for node in loops if has_exact_place(source, node.iter))
        decorated = (node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)))
        self.decorators = _unique(source.text(one) for node in decorated for one in node.decorator_list)
        self.errors = _unique(name for name in self.names if name.endswith(("Error", "Exception")))
        self.compounds = frozenset(
            _spaced(source.text(node))
            for node in nodes
            if isinstance(node, COMPOUNDS) and has_exact_place(source, node)
        )
        self.takers = _unique(node.name for node in source.tree.body if _takes_one(node))
        """The functions outside of classes that can be called with one argument."""


def _takes_one(node: ast.stmt) -> TypeGuard[Function]:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    its = node.args
    needed = len(its.posonlyargs) + len(its.args) - len(its.defaults)
    return needed <= 1 <= len(its.posonlyargs) + len(its.args) and None not in its.kw_defaults


@dataclass(frozen=True)
class Place:
    """A node, the statement and the functions around it, the failure's clues and the file's vocabulary."""

    source: Source
    node: ast.AST
    statement: ast.stmt
    functions: tuple[Function, ...]
    hints: Hints
    words: Vocabulary
    modules: tuple[str, ...] = ()

    @cached_property
    def function(self) -> Function | None:
        """The innermost function whose body holds the node."""
        return self.functions[-1] if self.functions else None

    @cached_property
    def parent(self) -> ast.AST | None:
        """The node above."""
        return self.source.parents.get(self.node)

    @cached_property
    def compound(self) -> tuple[int, int] | None:
        """Where the nearest compound expression begins and ends: the node itself, or the one above."""
        for node in (self.node, self.parent):
            if isinstance(node, COMPOUNDS):
                return self.source.start(node), self.source.end(node)
        return None

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The parameters and variables that may be bound when the node runs, nearest function first."""
        return _unique(
            name for function in reversed(self.functions) for name in (*parameters(function), *self._assigned(function))
        )

    def _assigned(self, function: Function) -> Iterator[str]:
        assigned = self.source.assigned(function)
        return (name for name, line in assigned if line <= self.statement.lineno)

    @cached_property
    def block(self) -> list[ast.stmt]:
        """The list of statements that the statement stands in."""
        above = self.source.parents.get(self.statement)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(above, field, None)
            if isinstance(block, list) and self.statement in block:
                return block
        return []


def is_familiar(place: Place, splice: Splice) -> bool:
    """Whether *splice* makes an expression of *place* that the file holds elsewhere."""
    if place.compound is None:
        return False
    start, end = place.compound
    if not start <= splice.start <= splice.end <= end:
        return False
    data = place.source.data
    made = data[start : splice.start] + splice.replacement.encode() + data[splice.end : end]
    return len(made) <= _LONGEST_COMPOUND and _spaced(made.decode()) in place.words.compounds


def makes_branches_alike(place: Place, splice: Splice) -> bool:
    """Whether both branches of an ``if`` would say the same with *splice*: one that leaves nothing to decide."""
    source, above = place.source, place.source.parents.get(place.statement)
    if not isinstance(above, ast.If) or len(above.body) != 1 or len(above.orelse) != 1:
        return False
    start, end = source.start(place.statement), source.end(place.statement)
    if not start <= splice.start <= splice.end <= end:
        return False
    (other,) = above.orelse if above.body[0] is place.statement else above.body
    made = source.data[start : splice.start] + splice.replacement.encode() + source.data[splice.end : end]
    return _spaced(made.decode()) == _spaced(source.text(other))


def names_an_error(place: Place) -> bool:
    """Whether the node is what is raised or caught, or a part of it."""
    return any(isinstance(one, (ast.Raise, ast.ExceptHandler)) for one in list(place.source.ancestors(place.node))[:3])


def _spaced(text: str) -> str:
    """*text* with one space for each gap."""
    return " ".join(text.split())


def parameters(function: Function) -> tuple[str, ...]:
    """The names of *function*'s parameters, in order."""
    its = function.args
    named = [*its.posonlyargs, *its.args, *([its.vararg] if its.vararg else []), *its.kwonlyargs]
    return tuple(argument.arg for argument in named)


def starts_a_line(place: Place) -> bool:
    """Whether the node is a statement before which a line can be put."""
    if place.statement is not place.node:
        return False
    line = first_line(place.statement)
    start = place.source.line_start(line)
    return not place.source.data[start : place.source.offset(line, place.statement.col_offset)].strip()


def before_statement(place: Place, header: str, action: str, weight: float) -> Splice:
    """The splice that puts ``header`` with ``action`` below it before the statement."""
    indent, newline = place.source.indentation(place.statement), place.source.newline
    step = "\t" if "\t" in indent else "    "
    start = place.source.line_start(first_line(place.statement))
    return Splice(start, start, f"{indent}{header}{newline}{indent}{step}{action}{newline}", weight)


@lru_cache(maxsize=100_000)
def similarity(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1 (Ratcliff and Obershelp's measure)."""
    return SequenceMatcher(None, one.lower(), other.lower(), autojunk=False).ratio()


def nearest(word: str, among: tuple[str, ...], *, at_least: float = 0.6, most: int = 3) -> list[tuple[str, float]]:
    """The words *among* others that *word* may be a slip of, likeliest first, with their similarity."""
    scored = sorted(((similarity(word, other), other) for other in among if other != word), reverse=True)
    return [(other, score) for score, other in scored[:most] if score >= at_least]


def _unique(words: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
