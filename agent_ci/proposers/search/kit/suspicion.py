"""How suspicious each line is, by all that the observed cases say: what they ran, where they stopped, what they use."""

from __future__ import annotations

from collections.abc import Mapping

from ....sandbox_kit.children import Message
from ....sandbox_kit.source import Source
from .localise import (
    Coefficient,
    Lines,
    Scores,
    by_statement,
    names_used,
    ochiai,
    suspiciousness,
    with_definitions,
    with_tracebacks,
)
from .observed import Observed
from .operands import Operands

_MOST_CASES = 60
_BESIDE = 0.5  # of the suspicion of a function that was not called for what the failing assertion is about


def of_lines(seen: Observed, coefficient: Coefficient = ochiai) -> Scores:
    """The suspicion of the lines that failing cases ran, and of those in their tracebacks."""
    red = [_lines(one) for one in seen.red.values()]
    scores = suspiciousness(red, [_lines(one) for one in seen.green.values()], coefficient)
    traces = [[(str(path), int(line)) for path, line in one["frames"]] for one in seen.red.values()]
    return with_tracebacks(scores, traces)


def with_operands(scores: Scores, seen: Observed, operands: Operands, factor: float = _BESIDE) -> Scores:
    """*scores*, down to *factor* of them in functions that failing cases called beside what they assert.

    That is by the share of such cases among those that ran the line; of very many, the first are looked at.
    """
    few = list(seen.red.items())[:_MOST_CASES]
    red = [(_lines(one), operands.beside(id_, *one["stopped"])) for id_, one in few]
    found: Scores = {}
    for path, lines in scores.items():
        for line, score in lines.items():
            ran = [line in less.get(path, ()) for lines_, less in red if line in lines_.get(path, ())]
            found.setdefault(path, {})[line] = score * (1 - (1 - factor) * sum(ran) / len(ran)) if ran else score
    return found


def of_statements(scores: Scores, sources: Mapping[str, Source]) -> Scores:
    """The suspicion of the statements of *sources*, whose lines have *scores*, by the line on which each begins."""
    stated = {path: by_statement(source, scores.get(path, {})) for path, source in sources.items()}
    used: dict[str, float] = {}
    for path, source in sources.items():
        for name, score in names_used(source, stated[path]).items():
            used[name] = max(used.get(name, 0.0), score)
    return {path: with_definitions(source, stated[path], used) for path, source in sources.items()}


def _lines(message: Message) -> Lines:
    return {str(path): set(lines) for path, lines in message["lines"].items()}
