"""Which branches of a Python function lines do not tell of: a condition never false, a loop never run to its end.

They are seen as coverage.py sees them, in which line follows which:
https://coverage.readthedocs.io/en/latest/branch.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.names import parse

Arc = tuple[int, int]
"""Two lines (1-based) that ran one after the other in one call.

Where the function ends, the second is its first line, decorators included, with a minus.
"""

_EXCLUDED = re.compile(r"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:branch|BRANCH)")
_WORDS = {
    "if": "line {} is never run with the condition false",
    "while": "the loop in line {} never ends by its condition",
    "for": "the loop in line {} is never run to its end",
    "match": "no value passes all cases down to the one in line {}",
}
_MOST_TOLD = 3
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_NO_LINES: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Branch:
    """The way around the body of the statement in *line* (1-based), which has no ``else``; *kind* is its word.

    ``head`` are the lines of what decides, ``body`` those that are gone around, ``escapes`` those that only an error in
    the head leads to, and ``exit`` stands for the end of the function, as in an ``Arc``.
    """

    line: int
    kind: str
    head: frozenset[int]
    body: frozenset[int]
    escapes: frozenset[int]
    exit: int

    @property
    def words(self) -> str:
        """What a person is told where it is not taken."""
        return _WORDS[self.kind].format(self.line)

    def is_taken(self, arcs: Collection[Arc]) -> bool:
        """Whether one of *arcs* is this way."""
        elsewhere = self.head | self.body | self.escapes
        return any(
            start in self.head and (end == self.exit or (end > 0 and end not in elsewhere)) for start, end in arcs
        )


def branches(source: str) -> tuple[Branch, ...]:
    """The branches in the functions of *source* that may be untaken although every line runs.

    There are none where it is no Python. What lines do not show is left out, like a body on the line of its condition,
    and so is what ``pragma: no branch`` stands at.
    """
    tree = parse(source)
    if tree is None:
        return ()
    lines = source.split("\n")
    try:
        found = [*_in(tree.body, _Around())]
    except RecursionError:
        return ()
    return tuple(one for one in found if not any(_EXCLUDED.search(lines[line - 1]) for line in one.head))


def in_words(found: Sequence[Branch]) -> str:
    """What a person is told of branches that no test takes: the first few, and how many more; empty where none is."""
    told = [branch.words for branch in found[:_MOST_TOLD]]
    more = [f"{len(found) - _MOST_TOLD} more branches are not taken"] if len(found) > _MOST_TOLD else []
    return ", ".join([*told, *more])


@dataclass(frozen=True)
class _Around:
    """What is around a block: the ``exit`` of its function, 0 outside of all, and where an error in it leads.

    Nothing but errors leads to the ``caught`` lines; to the ``left`` ones leads the end of the block as well.
    """

    exit: int = 0
    caught: frozenset[int] = _NO_LINES
    left: frozenset[int] = _NO_LINES


def _in(block: Sequence[ast.stmt], around: _Around) -> Iterator[Branch]:
    for place, one in enumerate(block):
        is_last = place == len(block) - 1
        here = around if is_last else _Around(around.exit, around.caught | around.left)
        if around.exit and (branch := _of(one, here)):
            yield branch
        for inner, its in _blocks(one, here):
            yield from _in(inner, its)


def _of(one: ast.stmt, here: _Around) -> Branch | None:
    match one:
        case ast.If(test=test, body=body, orelse=[]) if not isinstance(test, ast.Constant):
            return _around_body(one.lineno, "if", test, body, here)
        case ast.While(test=test, body=body, orelse=[]) if not isinstance(test, ast.Constant):
            return _around_body(one.lineno, "while", test, body, here)
        case ast.For(iter=values, body=body, orelse=[]):
            return _around_body(one.lineno, "for", values, body, here)
        case ast.Match(cases=[*_, last]) if last.guard or not _takes_all(last.pattern):
            return _around_body(last.pattern.lineno, "match", last.guard or last.pattern, last.body, here)
    return None


def _around_body(
    line: int, kind: str, decides: ast.expr | ast.pattern, body: Sequence[ast.stmt], here: _Around
) -> Branch | None:
    last = decides.end_lineno or line
    if body[0].lineno <= last:
        return None
    inside = frozenset(range(last + 1, (body[-1].end_lineno or last) + 1))
    return Branch(line, kind, frozenset(range(line, last + 1)), inside, here.caught, here.exit)


def _takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _blocks(one: ast.stmt, here: _Around) -> Iterator[tuple[Sequence[ast.stmt], _Around]]:
    """The blocks in *one*, each with what is around it."""
    match one:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield one.body, _Around(-_first(one))
        case ast.ClassDef():
            yield one.body, _Around()
        case ast.If():
            yield from ((block, here) for block in (one.body, one.orelse))
        case ast.For() | ast.AsyncFor() | ast.While():
            yield one.body, _Around(here.exit, here.caught | here.left)
            yield one.orelse, here
        case ast.With() | ast.AsyncWith():
            yield one.body, _Around(here.exit, here.caught, here.left | {one.lineno})
        case ast.Match():
            yield from ((case.body, here) for case in one.cases)
        case ast.Try() | ast.TryStar():
            yield from _of_try(one, here)


def _of_try(one: ast.Try | ast.TryStar, here: _Around) -> Iterator[tuple[Sequence[ast.stmt], _Around]]:
    last = _spanned(one.finalbody)
    handlers = frozenset(line for each in one.handlers for line in range(each.lineno, (each.end_lineno or 0) + 1))
    rest = _Around(here.exit, here.caught, here.left | last)
    if one.orelse:  # the end of the block leads there, and only an error past it
        yield one.body, _Around(here.exit, here.caught | here.left | last | handlers)
    else:
        yield one.body, _Around(rest.exit, rest.caught | handlers, rest.left)
    yield from ((block, rest) for block in (*(each.body for each in one.handlers), one.orelse))
    yield one.finalbody, here


def _spanned(block: Sequence[ast.stmt]) -> frozenset[int]:
    return frozenset(range(block[0].lineno, (block[-1].end_lineno or 0) + 1)) if block else _NO_LINES


def _first(one: _Function) -> int:
    return min([one.lineno, *(mark.lineno for mark in one.decorator_list)])
