"""Where two edits of one expression meet, and what that expression comes to with each of them in a call."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace
from typing import Any

from ....sandbox_kit.calls import ADDRESS, shown
from ....sandbox_kit.source import Source, Splice, has_exact_place
from .bench import Bench, Prepared, functions_around
from .operators import Candidate

_VALUE, _DECISION = "__agent_ci_value__", "__agent_ci_decision__"
_MOST = 200  # values of one call
_NOT_WRAPPED = (ast.Starred, ast.Slice, ast.GeneratorExp, ast.FormattedValue)


def meeting(source: Source, one: Candidate, other: Candidate) -> ast.expr | None:
    """The smallest expression that holds both edits, with all that it decides together with; None where none does."""
    first = min(one.splice.start, other.splice.start)
    last = max(one.splice.end, other.splice.end)
    around = functions_around(source, one)
    within = around[-1].body if around else source.tree.body
    found = [
        node
        for statement in within
        for node in ast.walk(statement)
        if isinstance(node, ast.expr) and _holds(source, node, first, last)
    ]
    if one.path != other.path or not found:
        return None
    node: ast.AST = min(found, key=lambda node: source.end(node) - source.start(node))
    while _goes_on(node, source.parents[node]):
        node = source.parents[node]
    return node if isinstance(node, ast.expr) and _can_be_wrapped(node) else None


def _holds(source: Source, node: ast.expr, first: int, last: int) -> bool:
    return has_exact_place(source, node) and source.start(node) <= first and last <= source.end(node)


def _goes_on(node: ast.AST, above: ast.AST) -> bool:
    """Whether what *node* comes to counts only in *above*: as a part of a condition, or as what is called."""
    is_part = isinstance(above, ast.BoolOp) or (isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not))
    return (
        is_part or getattr(above, "func", None) is node or (isinstance(above, ast.expr) and not _can_be_wrapped(node))
    )


def _can_be_wrapped(node: ast.AST) -> bool:
    is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    return is_read and not isinstance(node, _NOT_WRAPPED)


def watched(prepared: Prepared, node: ast.expr, bench: Bench) -> Prepared | None:
    """*prepared* with all that the edited *node* comes to kept by a `Watch`; None where that is no Python."""
    source, edit = prepared.source, prepared.candidate.splice
    name = _DECISION if is_decision(source, node) else _VALUE
    splice = Splice(source.start(node), source.end(node), f"{name}(({edited(source, node, edit)}))")
    return bench.prepare(source, replace(prepared.candidate, splice=splice), cold=False)


def edited(source: Source, node: ast.expr, splice: Splice) -> str:
    """*node* as it is written with *splice*, which stands inside of it."""
    start, end = source.start(node), source.end(node)
    return (
        Splice(splice.start - start, splice.end - start, splice.replacement).applied_to(source.data[start:end]).decode()
    )


def is_decision(source: Source, node: ast.expr) -> bool:
    """Whether nothing but the truth of *node* counts."""
    above = source.parents[node]
    return getattr(above, "test", None) is node or (isinstance(above, ast.comprehension) and node in above.ifs)


class Watch:
    """What the watched expression came to since the last time that somebody asked."""

    def __init__(self) -> None:
        self._values: list[str] = []
        setattr(builtins, _VALUE, self._value)
        setattr(builtins, _DECISION, self._decision)

    def taken(self) -> list[str]:
        """The values as text, which are forgotten then."""
        found, self._values = self._values, []
        return found

    def _value(self, value: Any) -> Any:
        if len(self._values) < _MOST:
            try:
                self._values.append(ADDRESS.sub("", shown(value)))
            except Exception:  # noqa: BLE001 - the representation is the user's code
                self._values.append(type(value).__name__)
        return value

    def _decision(self, value: Any) -> bool:
        is_true = bool(value)
        if len(self._values) < _MOST:
            self._values.append(str(is_true))
        return is_true
