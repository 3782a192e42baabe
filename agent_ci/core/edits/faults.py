"""Small faults to put into lines of JavaScript, TypeScript, Go or Java: what a test of these lines has to notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.operators import candidates
from agent_ci.core.edits.syntax import SourceFile

MOST_PER_LINE = 3
_OPPOSITES = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "===": "!==", "!==": "===",
}  # fmt: skip
_OPERATORS = (
    "opposite", "arithmetic", "augmented", "step", "connective", "truth", "negation", "returned_nothing",
    "removed_statement", "comparison", "integer", "jump",
)  # fmt: skip
"""What makes a program do something else, whatever its tests say; the plainest first."""
_UNTYPED = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")  # where a function may return nothing


@dataclass(frozen=True, slots=True)
class Fault:
    """One small fault in *line* (1-based) of the file at *path*, which then is *data*; ``id`` names it in reports."""

    path: str
    line: int
    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Edit:
    operator: str
    line: int
    start: int
    end: int
    text: str
    rank: float = 1.0


def faults(file: SourceFile, lines: Collection[int], *, per_line: int = MOST_PER_LINE) -> tuple[Fault, ...]:
    """At most *per_line* faults on each of *lines* of *file*: the first of each line before the second of any.

    None has a fault of syntax. Whether it compiles, and whether it is another program, is known only when it is run.
    """
    by_line: dict[int, list[_Edit]] = {}
    for edit in (*_of_operators(file, lines), *_of_statements(file)):
        if edit.operator in _OPERATORS and edit.line in lines:
            by_line.setdefault(edit.line, []).append(edit)
    found = [list(_made(file, by_line[line], per_line)) for line in sorted(by_line)]
    return tuple(several[turn] for turn in range(per_line) for several in found if turn < len(several))


def _of_operators(file: SourceFile, lines: Collection[int]) -> Iterator[_Edit]:
    """The edits of the search that need nothing to go by."""
    for one in candidates(file, dict.fromkeys(lines, 1.0), Hints()):
        old = file.data[one.start : one.end].decode("utf-8", "replace")
        is_opposite = one.operator == "comparison" and one.replacement == _OPPOSITES.get(old)
        operator = "opposite" if is_opposite else one.operator
        yield _Edit(operator, one.line, one.start, one.end, one.replacement, one.rank)


def _of_statements(file: SourceFile) -> Iterator[_Edit]:
    """An error that is not raised, and a result that is not returned."""
    for spot in file.spots:
        if spot.type == "throw_statement":
            yield _Edit("removed_statement", spot.line, spot.node.start_byte, spot.node.end_byte, "")
        if spot.type == "return_statement" and spot.node.named_children and file.path.endswith(_UNTYPED):
            yield _Edit("returned_nothing", spot.line, spot.node.start_byte, spot.node.end_byte, "return;")


def _made(file: SourceFile, of_line: list[_Edit], most: int) -> Iterator[Fault]:
    kept = 0
    for one in _varied(of_line):
        data = file.with_splice(one.start, one.end, one.text)
        if kept < most and data != file.data and file.is_parsed(data):
            kept += 1
            old = " ".join(file.data[one.start : one.end].decode("utf-8", "replace").split())
            yield Fault(
                file.path, one.line, f"{file.path}:{one.line} {one.operator}: {old[:40]!r}, {one.text[:40]!r}", data
            )


def _varied(of_line: list[_Edit]) -> list[_Edit]:
    """The likeliest slip of each operator, then the next one of each."""
    ordered = sorted(of_line, key=lambda one: (_OPERATORS.index(one.operator), -one.rank, one.start))
    seen: dict[str, int] = {}
    turns = []
    for one in ordered:
        seen[one.operator] = seen.get(one.operator, 0) + 1
        turns.append(seen[one.operator])
    return [one for _, one in sorted(zip(turns, ordered, strict=True), key=lambda pair: pair[0])]
