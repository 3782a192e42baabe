"""The table of edit operators, and the candidates they make for a file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ....sandbox_kit.source import Source, Splice, has_exact_place
from . import calls, completing, documented, expressions, guarding, literals, naming, statements
from .hints import Hints
from .place import Place, Vocabulary, is_familiar, makes_branches_alike

Operator = Callable[[Place], Iterator[Splice]]

# name -> (prior, operator). The prior is our estimate of how often a real one-place bug of this kind is undone
# by this edit, relative to the others; operators that a message guides stand highest, the ones that can
# please almost any test (leaving a statement out, guards) stand lowest.
OPERATORS: Mapping[str, tuple[float, Operator]] = {
    "did_you_mean": (2.0, naming.did_you_mean),
    "missing_import": (2.0, naming.missing_import),
    "misspelt": (1.2, naming.misspelt),
    "guided_text": (1.4, literals.guided_text),
    "guided_number": (1.1, literals.guided_number),
    "guided_value": (0.5, literals.guided_value),
    "none_guard": (1.2, guarding.none_guard),
    "key_guard": (1.0, guarding.key_guard),
    "zero_guard": (1.0, guarding.zero_guard),
    "empty_default": (1.2, guarding.empty_default),
    "first_value": (1.2, guarding.first_value),
    "missing_argument": (1.2, guarding.missing_argument),
    "comparison": (1.0, expressions.comparison),
    "twin": (0.9, calls.twin),
    "arithmetic": (0.8, expressions.arithmetic),
    "augmented": (0.8, expressions.augmented),
    "connective": (0.8, expressions.connective),
    "integer": (0.8, expressions.integer),
    "truth": (0.8, expressions.truth),
    "negation": (0.8, expressions.negation),
    "unary": (0.6, expressions.unary),
    "iterated": (0.8, statements.iterated),
    "decorator": (0.5, statements.decorator),
    "range_bounds": (0.8, expressions.range_bounds),
    "slice_bounds": (0.7, expressions.slice_bounds),
    "subscript": (0.6, expressions.subscript),
    "argument_order": (0.7, calls.argument_order),
    "slice_width": (0.7, completing.slice_width),
    "none_check": (0.6, guarding.none_check),
    "format_specifier": (0.6, completing.format_specifier),
    "normalised": (0.6, completing.normalised),
    "loop_step": (0.5, completing.loop_step),
    "wrapped": (0.4, completing.wrapped),
    "mirrored_branch": (0.5, completing.mirrored_branch),
    "missing_return": (0.7, statements.missing_return),
    "mutable_default": (0.7, statements.mutable_default),
    "format_prefix": (0.7, literals.format_prefix),
    "kept_result": (0.6, statements.kept_result),
    "lookup": (0.6, calls.lookup),
    "exception": (0.6, statements.exception),
    "jump": (0.6, statements.jump),
    "range_guard": (0.6, statements.range_guard),
    "added_argument": (0.5, calls.added_argument),
    "variable": (0.5, naming.variable),
    "attribute": (0.5, naming.attribute),
    "string_key": (0.5, naming.string_key),
    "sibling_function": (0.5, calls.sibling_function),
    "conditional": (0.5, expressions.conditional),
    "comparison_order": (0.5, expressions.comparison_order),
    "accumulation": (0.5, expressions.accumulation),
    "swapped_branches": (0.5, statements.swapped_branches),
    "off_by_one": (0.5, expressions.off_by_one),
    "unindented": (0.5, statements.unindented),
    "early_return": (0.4, statements.early_return),
    "number": (0.4, expressions.number),
    "missing_call": (0.4, calls.missing_call),
    "loop_else": (0.4, statements.loop_else),
    "dropped_operand": (0.4, expressions.dropped_operand),
    "dropped_call": (0.4, calls.dropped_call),
    "dropped_argument": (0.4, calls.dropped_argument),
    "documented": (0.4, documented.documented),
    "assigned_variable": (0.3, naming.assigned_variable),
    "swapped_statements": (0.3, statements.swapped_statements),
    "returned_value": (0.3, statements.returned_value),
    "conversion": (0.25, calls.conversion),
    "copied_statement": (0.2, completing.copied_statement),
    "guard": (0.2, statements.guard),
    "removed_statement": (0.1, statements.removed_statement),
}
_FAMILIAR = 1.5  # for an edit after which an expression reads as another one of its file does
_ALIKE = 0.2  # for an edit after which both branches of a condition say the same
EARLIER, PAIR = "earlier_lines", "pair"
"""What makes candidates without standing in the table: older versions of lines, and two edits at once."""
EARLIER_PRIOR, OLDER_PRIOR = 2.0, 0.4
KNOWN = frozenset({*OPERATORS, EARLIER, PAIR})
"""Every name that a candidate's operator may have."""
REMOVALS = frozenset({"removed_statement", "dropped_argument"})
"""Operators that take behaviour away: any other survivor is offered before theirs."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One edit of one file, the operator that made it and its rank (higher is tried earlier).

    ``parts`` are the edits that it is put together from, in their order, where it stands in several places.
    """

    path: str
    splice: Splice
    operator: str
    line: int
    rank: float
    parts: tuple[Candidate, ...] = ()


class Edit(Protocol):
    """What one edit is, whoever tells of it."""

    @property
    def path(self) -> str:
        """Which file it changes."""
        ...

    @property
    def splice(self) -> Splice:
        """What it puts where."""
        ...

    @property
    def operator(self) -> str:
        """What made it."""
        ...

    @property
    def line(self) -> int:
        """The line on which it stands, from 1 on."""
        ...


def spelled(edit: Edit) -> dict[str, Any]:
    """*edit* as JSON-like values."""
    splice = edit.splice
    place = {"path": edit.path, "start": splice.start, "end": splice.end, "line": edit.line}
    return {**place, "replacement": splice.replacement, "operator": edit.operator}


def candidates(
    source: Source, scores: Mapping[int, float], hints: Hints, modules: tuple[str, ...] = ()
) -> Iterator[Candidate]:
    """Every edit of the statements that *scores* (suspiciousness by 1-based line) gives more than nothing."""
    words, ignored = Vocabulary(source), _inert(source.tree)
    for node in ast.walk(source.tree):
        statement = source.statement(node)
        score = scores.get(statement.lineno, 0.0) if statement else 0.0
        if statement is None or score <= 0 or node in ignored or not has_exact_place(source, node):
            continue
        place = Place(source, node, statement, source.functions(node), hints, words, modules)
        line: int = node.lineno  # type: ignore[attr-defined] # it has an exact place
        for name, splice, prior in _edits_of(place):
            yield Candidate(source.path, splice, name, line, score * prior)


def _inert(tree: ast.Module) -> frozenset[ast.AST]:
    """The nodes that no test can tell apart: annotations and docstrings, with all that is in them."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        roots += [part for part in (getattr(node, "annotation", None), getattr(node, "returns", None)) if part]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            roots.append(node.value)
    return frozenset(below for root in roots for below in ast.walk(root))


def _edits_of(place: Place) -> Iterator[tuple[str, Splice, float]]:
    for name, (prior, operator) in OPERATORS.items():
        for splice in operator(place):
            familiar = _FAMILIAR if is_familiar(place, splice) else 1.0
            alike = _ALIKE if makes_branches_alike(place, splice) else 1.0
            yield name, splice, prior * splice.weight * familiar * alike
