"""Edits by what a function's own docstring says: the numbers and texts in its words and examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from ....sandbox_kit.source import Function, Splice
from .literals import written_like
from .place import Place

_MOST, _LONGEST = 10, 60
_LITERAL = re.compile(
    r"(?<![\w.])(?P<number>-?\d+(?:\.\d+)?)(?![\w.]*\w)|(?<!\w)(?P<text>'[^'\n]*'|\"[^\"\n]*\"|(?P<ticks>`{1,2})(?P<code>[^`\n]+)(?P=ticks))(?!\w)"
)
_IS_TEXT = re.compile(r"[^\w\s()]{1,4}")  # code that is no expression, as a separator is none
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Literal = int | float | str


def documented(place: Place) -> Iterator[Splice]:
    """A number or a text, which the docstring says, for another one: also where it is a default value."""
    node, function = place.node, _documenting(place)
    if not isinstance(node, ast.Constant) or function is None or isinstance(place.parent, ast.JoinedStr):
        return
    told = _said(ast.get_docstring(function) or "")
    for value in told:
        if _is_alike(value, node.value) and value != node.value and node.value not in told:
            yield place.source.replace(node, written_like(value, place.source.text(node), node.value))


def _documenting(place: Place) -> Function | None:
    """The function whose default value the node is a part of, or the innermost one around it."""
    return place.statement if isinstance(place.statement, _FUNCTIONS) else place.function


def _is_alike(one: Literal, other: object) -> bool:
    """Whether both are texts, or both are numbers and none a truth."""
    if isinstance(one, str):
        return isinstance(other, str)
    return isinstance(other, (int, float)) and not isinstance(other, bool)


@lru_cache(maxsize=1_000)
def _said(docstring: str) -> tuple[Literal, ...]:
    """The plain values in *docstring*, at most ten: in what its examples come to, in its words, and in quotes."""
    lines = docstring.splitlines()
    shown = [line for before, line in zip(["", *lines], lines, strict=False) if _is_example(before) and line.strip()]
    found = [value for text in (*shown, docstring) for value in _values(text)]
    return tuple(dict.fromkeys(value for value in found if len(str(value)) <= _LONGEST))[:_MOST]


def _is_example(line: str) -> bool:
    return line.strip().startswith((">>>", "..."))


def _values(text: str) -> Iterator[Literal]:
    for match in _LITERAL.finditer(text):
        word = match["code"] or match.group()
        try:
            value = ast.literal_eval(word)
        except (ValueError, SyntaxError):
            if _IS_TEXT.fullmatch(word):
                yield word
            continue
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            yield value
