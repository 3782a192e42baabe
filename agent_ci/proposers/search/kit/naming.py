"""How names go wrong: the wrong variable, a misspelt attribute, key or module, a forgotten import."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterator

from ....sandbox_kit.source import Splice
from .place import Place, names_an_error, nearest, similarity

_MOST_OCCURRENCES = 20
_LONGEST_RENAME = 4_000
_ALIKE, _ALIKE_ERRORS = 0.6, 0.75  # the names of errors end alike
_IDENTIFIER = re.compile(rb"[^\W\d]\w*")
_COMMON_IMPORTS = {
    **{name: f"from collections import {name}" for name in ("defaultdict", "Counter", "OrderedDict", "deque")},
    **{name: f"from functools import {name}" for name in ("partial", "wraps", "reduce", "lru_cache")},
    **{name: f"from typing import {name}" for name in ("Any", "Optional", "Union", "List", "Dict", "Callable")},
    **{name: f"from collections.abc import {name}" for name in ("Iterator", "Iterable", "Mapping", "Sequence")},
    **{name: f"from datetime import {name}" for name in ("timedelta", "timezone", "date")},
    **{name: f"from itertools import {name}" for name in ("chain", "islice", "zip_longest", "groupby", "product")},
    **{name: f"from dataclasses import {name}" for name in ("dataclass", "field", "replace")},
    "Path": "from pathlib import Path",
    "Enum": "from enum import Enum",
    "Decimal": "from decimal import Decimal",
    "datetime": "from datetime import datetime",
    "contextmanager": "from contextlib import contextmanager",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "deepcopy": "from copy import deepcopy",
}


def variable(place: Place) -> Iterator[Splice]:
    """Another variable or parameter in scope."""
    if isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Load):
        name = place.node.id
        is_called = getattr(place.parent, "func", None) is place.node
        if name in place.variables and not is_called:
            for other in _likest(name, place.variables):
                yield place.source.replace(place.node, other, 0.5 + 0.5 * similarity(name, other))


def assigned_variable(place: Place) -> Iterator[Splice]:
    """Another variable as the target of an assignment."""
    is_target = isinstance(place.parent, (ast.Assign, ast.AugAssign)) and place.function is not None
    if isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Store) and is_target:
        for other in _likest(place.node.id, place.variables)[:4]:
            yield place.source.replace(place.node, other, 0.3 + 0.5 * similarity(place.node.id, other))


def _likest(name: str, others: tuple[str, ...], most: int = 12) -> list[str]:
    found = [other for other in others if other not in (name, "self", "cls")]
    return sorted(found, key=lambda other: -similarity(name, other))[:most]


def attribute(place: Place) -> Iterator[Splice]:
    """Another attribute that the file uses, likest names first."""
    if isinstance(place.node, ast.Attribute) and getattr(place.parent, "func", None) is not place.node:
        for other in _likest(place.node.attr, place.words.attributes, 10):
            yield _last_name(place, place.node.attr, other, 0.3 + 0.7 * similarity(place.node.attr, other))


def _last_name(place: Place, old: str, new: str, weight: float) -> Splice:
    end = place.source.end(place.node)
    return Splice(end - len(old.encode()), end, new, weight)


def string_key(place: Place) -> Iterator[Splice]:
    """Another short string that the file holds, likest first; a number in quotes one more or one less."""
    if isinstance(place.node, ast.Constant) and isinstance(place.node.value, str) and place.node.value:
        known = (*place.words.strings, *sorted(place.hints.keys), *place.hints.wanted.words)
        for other, alike in nearest(place.node.value, known, at_least=0.0, most=8):
            if "\n" not in other:
                yield place.source.replace(place.node, _quoted(place, other), max(alike, 0.2))
        if place.node.value.isdecimal() and place.node.value.isascii():
            for number in (int(place.node.value) + 1, max(int(place.node.value) - 1, 0)):
                yield place.source.replace(place.node, _quoted(place, str(number)), 0.8)


def _quoted(place: Place, value: str) -> str:
    """*value* as a literal in the quotes that the old one has, where that is possible."""
    text = repr(value)
    prefers_double = place.source.text(place.node).endswith('"')
    return f'"{text[1:-1]}"' if prefers_double and '"' not in value and text[0] == "'" else text


def did_you_mean(place: Place) -> Iterator[Splice]:
    """The known word nearest to one that was looked up and not found."""
    for word, start, end in _words_at(place):
        if word in place.hints.unknown:
            known = (*place.words.names, *place.words.attributes, *place.words.defined, *place.words.imported)
            others = (*place.words.arguments, *place.words.strings, *place.modules, *dir(builtins))
            if isinstance(place.node, (ast.Import, ast.ImportFrom)):
                others = (*others, *sorted(sys.stdlib_module_names))
            words = tuple(dict.fromkeys((*known, *others, *sorted(place.hints.suggestions))))
            at_least = _ALIKE_ERRORS if names_an_error(place) else 0.5
            for other, alike in nearest(word, words, at_least=at_least, most=6):
                if other.isidentifier():
                    bonus = 0.3 if other in place.hints.suggestions else 0.0
                    yield Splice(start, end, other, alike + bonus)
                    yield from _everywhere(place, word, other, (alike + bonus) * 0.9)
            if isinstance(place.node, ast.Name) and word in place.words.attributes and place.function:
                yield Splice(start, start, "self.", 0.8)


def _everywhere(place: Place, word: str, other: str, weight: float) -> Iterator[Splice]:
    """The rename of *word* in all of its file, from where it first stands."""
    found = list(re.finditer(rb"\b%s\b" % word.encode(), place.source.data))
    if 1 < len(found) <= _MOST_OCCURRENCES and place.source.start(place.node) <= found[0].start():
        start, end = found[0].start(), found[-1].end()
        text = re.sub(rf"\b{word}\b", other, place.source.data[start:end].decode())
        if len(text) <= _LONGEST_RENAME:
            yield Splice(start, end, text, weight)


def misspelt(place: Place) -> Iterator[Splice]:
    """A word looked up and not found, for a word very much like it: the definition is what is misspelt."""
    for word, start, end in _words_at(place):
        for wanted in sorted(place.hints.unknown):
            if word != wanted and similarity(word, wanted) >= _ALIKE:
                yield Splice(start, end, wanted, similarity(word, wanted))


def _words_at(place: Place) -> Iterator[tuple[str, int, int]]:
    """The identifiers that the node itself spells, with their offsets."""
    source, node = place.source, place.node
    match node:
        case ast.Name(id=word):
            yield word, source.start(node), source.end(node)
        case ast.Attribute(attr=word):
            yield word, source.end(node) - len(word.encode()), source.end(node)
        case ast.Constant(value=str(word)) if f"'{word}'" == source.text(node) or f'"{word}"' == source.text(node):
            yield word, source.start(node) + 1, source.end(node) - 1
        case ast.arg(arg=word) | ast.keyword(arg=str(word)):
            yield word, source.start(node), source.start(node) + len(word.encode())
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            end = source.end(node) if isinstance(node, (ast.Import, ast.ImportFrom)) else source.start(node.body[0])
            data = source.data[source.start(node) : end]
            for found in list(_IDENTIFIER.finditer(data))[:40]:
                yield found.group().decode(), source.start(node) + found.start(), source.start(node) + found.end()


def missing_import(place: Place) -> Iterator[Splice]:
    """An import of the standard library, or of the repository's module, that has an unknown name."""
    if not isinstance(place.node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)):
        return
    if place.source.parents.get(place.node) is not place.source.tree or not _is_first(place):
        return
    start = place.source.line_start(min([place.node.lineno, *(one.lineno for one in _decorators(place.node))]))
    for name in sorted(place.hints.names):
        for line in _imports_of(name):
            yield Splice(start, start, line + place.source.newline)


def _decorators(node: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = getattr(node, "decorator_list", [])
    return found


def _is_first(place: Place) -> bool:
    """Whether the node is where a new import goes: the first statement behind the docstring and ``__future__``."""
    for statement in place.source.tree.body:
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not is_text and not is_future:
            return statement is place.node
    return False


def _imports_of(name: str) -> Iterator[str]:
    if name in _COMMON_IMPORTS:
        yield _COMMON_IMPORTS[name]
    if name in sys.stdlib_module_names:
        yield f"import {name}"
