"""Small faults to put into given lines of a Python file: what a test that guards these lines has to notice.

Python 3.10 and its standard library only. At most three faults per line follow "State of Mutation Testing at Google"
(Petrovic and Ivankovic, 2018), which leaves out the same lines as ``arid`` does.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import CodeType

from ..sandbox_kit.compiling import compile_quietly, future_flags, parse_quietly, signature
from ..sandbox_kit.source import Source, Splice, first_line, has_exact_place
from .arid import arid_lines, arid_nodes
from .operators import OPERATORS

MOST_PER_LINE = 3
_LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Mutant:
    """One small fault: the UTF-8 bytes from *start* to *end* of the file become *replacement*.

    ``id`` is the same for the same line of code in the same place, whoever makes the list. ``line`` is 1-based.
    """

    id: str
    line: int
    operator: str
    description: str
    start: int
    end: int
    replacement: str


def mutants(
    source: str, lines: Collection[int], *, per_line: int = MOST_PER_LINE, untaken: Collection[int] = ()
) -> list[Mutant]:
    """At most *per_line* faults on each of *lines* (1-based), in the order of the file; none where it is no Python.

    A condition that is always true is the first of them on a line whose branch is *untaken*: no other is so sure to be
    noticed by a test that takes it, and by no other test. Each compiles, and none compiles to the program that is there
    already. What no test could sensibly notice is left out: docstrings, annotations, logging, ``if TYPE_CHECKING``, and
    lines that say ``# pragma: no mutate``.
    """
    found = _made(source, lines, per_line, untaken)
    return sorted(found, key=lambda mutant: (mutant.line, mutant.start, mutant.end, mutant.replacement))


def is_faultless(source: str, lines: Collection[int]) -> bool:
    """Whether no fault can be put into any of *lines* (1-based)."""
    return next(_made(source, lines, 1), None) is None


def apply(source: str, mutant: Mutant) -> str:
    """*source* with the fault in it."""
    return Splice(mutant.start, mutant.end, mutant.replacement).applied_to(source.encode()).decode()


def _made(source: str, lines: Collection[int], per_line: int, untaken: Collection[int] = ()) -> Iterator[Mutant]:
    """The faults on *lines*, line by line, each made when it is asked for."""
    try:
        file = Source("<mutant>", source.encode())
    except (SyntaxError, ValueError, RecursionError):
        return
    programs = _Programs(file)
    wanted = frozenset(lines) - arid_lines(file)
    for line, candidates in _by_line(file, wanted).items():
        kept = 0
        first = _always_true(candidates) if line in untaken else []
        for candidate in (*first, *_varied([one for one in candidates if one not in first])):
            if kept == per_line:
                break
            if programs.are_different(candidate.splice):
                yield _mutant(file, candidate.operator, candidate.splice)
                kept += 1


@dataclass(frozen=True)
class _Candidate:
    """An edit, the operator that makes it, and which part of an expression it stands in; 0 for what always runs."""

    operator: str
    splice: Splice
    arm: int

    @property
    def order(self) -> tuple[int, int, int, str]:
        return list(OPERATORS).index(self.operator), self.splice.start, self.splice.end, self.splice.replacement


def _by_line(file: Source, lines: frozenset[int]) -> dict[int, list[_Candidate]]:
    """Every fault on *lines*, by line, in the order in which the nodes stand and the operators are listed."""
    ignored = arid_nodes(file.tree)
    found: dict[int, list[_Candidate]] = {}
    for node, arm in _with_arms(file.tree):
        if node in ignored or not has_exact_place(file, node):
            continue
        rest = file.end(node.comparators[0]) if isinstance(node, ast.Compare) else None
        for operator, make in OPERATORS.items():
            for splice in make(file, node):
                line = _line_of(file, splice.start)
                if line in lines:
                    own = splice.start if rest is not None and splice.start >= rest else arm
                    found.setdefault(line, []).append(_Candidate(operator, splice, own))
    return {line: sorted(candidates, key=lambda one: one.order) for line, candidates in sorted(found.items())}


def _always_true(candidates: list[_Candidate]) -> list[_Candidate]:
    """That of *candidates*, all on one line, by which the condition of its statement is true; none where none is."""
    found = [one for one in candidates if one.operator == "condition" and one.splice.replacement == "True"]
    return sorted(found, key=lambda one: one.splice.start - one.splice.end)[:1]


def _with_arms(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Each node with the number of the part that it stands in and that not every run of its expression comes to."""
    left: list[tuple[ast.AST, int]] = [(tree, 0)]
    count = 0
    while left:
        node, arm = left.pop()
        yield node, arm
        optional = _optional(node)
        for child in ast.iter_child_nodes(node):
            count -= 1
            left.append((child, count if child in optional else arm))


def _optional(node: ast.AST) -> list[ast.expr]:
    """The parts of *node* that it does not always compute; those of ``and`` and ``or`` have a fault in that word."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Compare(comparators=comparators):
            return comparators[1:]
        case ast.Lambda(body=body):
            return [body]
    return []


def _varied(candidates: list[_Candidate]) -> Iterator[_Candidate]:
    """*candidates* with the first of each operator before the second of any, and where it can, each in another part.

    What a line computes only sometimes would else be left to the last, after three faults of what it always does.
    """
    left: dict[str, list[_Candidate]] = {}
    for one in candidates:
        left.setdefault(one.operator, []).append(one)
    seen: set[int] = set()
    while left:
        for operator in list(left):
            chosen = next((one for one in left[operator] if one.arm not in seen), left[operator][0])
            seen.add(chosen.arm)
            yield chosen
            left[operator].remove(chosen)
            if not left[operator]:
                del left[operator]


def _line_of(file: Source, offset: int) -> int:
    return file.data.count(b"\n", 0, offset) + 1


def _mutant(file: Source, operator: str, splice: Splice) -> Mutant:
    line = _line_of(file, splice.start)
    column = splice.start - file.line_start(line)
    old = file.data[splice.start : splice.end].decode()
    text = f"{file.lines[line - 1].strip()!r}:{column}:{operator}:{old}:{splice.replacement}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Mutant(f"{line}-{operator}-{digest}", line, operator, _described(old, splice.replacement), *_place(splice))


def _place(splice: Splice) -> tuple[int, int, str]:
    return splice.start, splice.end, splice.replacement


def _described(old: str, new: str) -> str:
    before, after = _short(old), _short(new)
    if not before:
        return f"`{after}` is added"
    return f"`{before}` is left out" if not after or after == "pass" else f"`{before}` becomes `{after}`"


def _short(text: str) -> str:
    one_line = " ".join(text.split()).replace("`", "'")
    return one_line if len(one_line) <= _LONGEST_QUOTE else f"{one_line[:_LONGEST_QUOTE]}..."


class _Programs:
    """Compiles edits, each with the outermost statement around it only: a file may be a hundred times larger."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._flags = future_flags(file)
        self._known: dict[tuple[int, int], set[object]] = {}
        self._spans = list(self._statement_spans())

    def _statement_spans(self) -> Iterator[tuple[int, int]]:
        """From where to where each outermost statement stands, as whole lines."""
        end = 0
        for statement in self._file.tree.body:
            start = self._file.line_start(first_line(statement))
            following = self._file.line_start((statement.end_lineno or statement.lineno) + 1)
            if start >= end:
                yield start, following
            end = following

    def are_different(self, splice: Splice) -> bool:
        """Whether the edit compiles, and to a program that is neither the one that is there nor one asked about."""
        span = next((one for one in self._spans if one[0] <= splice.start and splice.end <= one[1]), None)
        span = span or (0, len(self._file.data))
        if span not in self._known:
            self._known[span] = {self._program(Splice(span[0], span[0], ""), span)}
        program = self._program(splice, span)
        if program is None or program in self._known[span]:
            return False
        self._known[span].add(program)
        return True

    def _program(self, splice: Splice, span: tuple[int, int]) -> object:
        start, end = span
        moved = Splice(splice.start - start, splice.end - start, splice.replacement)
        tree = parse_quietly(moved.applied_to(self._file.data[start:end]).decode("utf-8-sig"))
        code: CodeType | None = compile_quietly(tree, "<mutant>", self._flags) if tree else None
        return signature(code) if code else None
