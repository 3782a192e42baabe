"""The table of edits by syntax, and the candidates that they make for a file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from agent_ci.core.edits import guards, names, shapes, tokens, typed
from agent_ci.core.edits.hints import Hints, literals_of
from agent_ci.core.edits.syntax import SourceFile, Spot
from agent_ci.core.edits.tokens import Change, Changes

Operator = Callable[[Spot, SourceFile, Hints], Changes]

# name -> (prior, operator). The names and the priors are those of the search in Python where an operator is the same.
OPERATORS: Mapping[str, tuple[float, Operator]] = {
    "misspelt": (2.0, tokens.misspelt),
    "guided_text": (1.4, tokens.guided_text),
    "none_guard": (1.2, guards.absent_guard),
    "value_equality": (1.0, typed.value_equality),
    "none_condition": (0.9, guards.absent_condition),
    "wider_number": (0.8, typed.wider_number),
    "guided_number": (0.7, tokens.guided_number),
    "comparison": (1.0, tokens.comparison),
    "twin": (0.9, tokens.twin),
    "arithmetic": (0.8, tokens.arithmetic),
    "augmented": (0.8, tokens.augmented),
    "step": (0.8, tokens.step),
    "connective": (0.8, tokens.connective),
    "integer": (0.8, tokens.integer),
    "truth": (0.8, tokens.truth),
    "negation": (0.8, shapes.negation),
    "missing_await": (0.8, shapes.missing_await),
    "argument_order": (0.7, shapes.argument_order),
    "missing_return": (0.7, shapes.missing_return),
    "unary": (0.6, shapes.unary),
    "jump": (0.6, tokens.jump),
    "none_check": (0.6, guards.absent_chain),
    "variable": (0.5, shapes.variable),
    "attribute": (0.5, shapes.attribute),
    "exchanged_names": (0.5, names.exchanged_names),
    "string_key": (0.5, tokens.string_key),
    "sibling_function": (0.5, shapes.sibling_function),
    "swapped_branches": (0.6, shapes.swapped_branches),
    "comparison_order": (0.5, shapes.operand_order),
    "off_by_one": (0.5, shapes.off_by_one),
    "dropped_operand": (0.4, shapes.dropped_operand),
    "removed_statement": (0.1, shapes.removed_statement),
}
EARLIER, EARLIER_PRIOR = "earlier_lines", 2.0
"""What takes back a part of the change since the base, where that is green."""
_MOST_BLOCKS = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """One edit of the file at ``path``: bytes ``start`` to ``end`` replaced; a higher ``rank`` is tried earlier.

    ``line`` is 1-based, ``function`` the name of the function around it and ``place`` where that begins and ends.
    """

    path: str
    start: int
    end: int
    replacement: str
    operator: str
    line: int
    rank: float = field(compare=False)
    function: str = field(default="", compare=False)
    place: tuple[int, int] = field(default=(0, 0), compare=False)


def candidates(file: SourceFile, scores: Mapping[int, float], hints: Hints, earlier: str = "") -> Iterator[Candidate]:
    """Every edit of the lines that *scores* (suspicion by line, from 1) gives more than nothing.

    *earlier* is what the file read on the base where that is green, empty where it is not known.
    """
    for spot in file.spots:
        score = max(scores.get(spot.line, 0.0), scores.get(spot.statement.line, 0.0) if spot.statement else 0.0)
        if score > 0:
            for name, (prior, operator) in OPERATORS.items():
                for change in operator(spot, file, hints):
                    yield _candidate(file, spot.function, change, (name, spot.line, score * prior * change.weight))
    for change, line in _earlier(file, earlier) if earlier else ():
        yield _candidate(file, None, change, (EARLIER, line, EARLIER_PRIOR))


def brings_literal(candidate: Candidate, file: SourceFile, hints: Hints) -> bool:
    """Whether *candidate* writes a number or text that the failing tests hold and the file did not."""
    new = literals_of(candidate.replacement)
    return bool(new & literals_of(" ".join(hints.literals)) - literals_of(file.data.decode("utf-8", "replace")))


def _candidate(file: SourceFile, function: Spot | None, change: Change, how: tuple[str, int, float]) -> Candidate:
    operator, line, rank = how
    place = (function.node.start_byte, function.node.end_byte) if function else (0, len(file.data))
    return Candidate(
        file.path, change.start, change.end, change.text, operator, line, rank, file.name_of(function), place
    )


def _earlier(file: SourceFile, earlier: str) -> Iterator[tuple[Change, int]]:
    """Each block of lines that differs from *earlier*, as it read there."""
    lines, before = file.data.split(b"\n"), earlier.encode().split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    blocks = difflib.SequenceMatcher(None, lines, before, autojunk=False).get_opcodes()
    for _, first, last, old_first, old_last in [block for block in blocks if block[0] != "equal"][:_MOST_BLOCKS]:
        text = b"".join(line + b"\n" for line in before[old_first:old_last])
        yield Change(starts[first], min(starts[last], len(file.data)), text.decode()), first + 1
