"""Which lines of a file are those of a translation of it, where nothing but the two texts tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

_MOST_LINES = 20_000  # of a text that is compared
_MOST_PAIRS = 40_000  # of lines that are held against each other where they are not equal
_QUOTES = str.maketrans("'`", '""')  # a translator chooses its own
_IMPORTED = re.compile(r"\(0, ?\w+\.(\w+)\)")  # how a translated module names what it imports
_WORD = re.compile(r"[\w$]+|[^\w\s;]")
_NO_WORDS = frozenset("{}()[],")  # they say nothing of which line it is


def alike(script: str, file: str, is_idle: Callable[[str], bool]) -> Mapping[int, int]:
    """The lines of *file* by those of *script*, a translation of it; a line of which nothing is known is left out.

    Those that *is_idle* are no line of either. Lines that read the same are the same, and between two of them one that
    has all the words of the script's, in their order: a translation takes types away, and words such as ``export``.
    Where there are as many in between, the line in the same place may have half of the words.
    """
    translated, written = _compared(script, is_idle), _compared(file, is_idle)
    matcher = SequenceMatcher(None, [text for _, text in translated], [text for _, text in written])
    found: dict[int, int] = {}
    for what, begin, end, file_begin, file_end in matcher.get_opcodes():
        lines, others = translated[begin:end], written[file_begin:file_end]
        same = zip(lines, others, strict=True) if what == "equal" else _within(lines, others)
        found.update((number, other) for (number, _), (other, _) in same)
    return found


_Line = tuple[int, str]


def _compared(source: str, is_idle: Callable[[str], bool]) -> list[_Line]:
    """The lines of *source* with their numbers (1-based), without what every translator changes."""
    lines = enumerate(source.split("\n")[:_MOST_LINES], 1)
    return [
        (number, _IMPORTED.sub(r"\1", line).strip().rstrip(";").translate(_QUOTES))
        for number, line in lines
        if not is_idle(line)
    ]


def _within(lines: Sequence[_Line], others: Sequence[_Line]) -> Iterator[tuple[_Line, _Line]]:
    """Pairs, in the order of both, such that as many words as possible of *lines* stand in their line of *others*."""
    if len(lines) * len(others) > _MOST_PAIRS:
        return
    words, given = ([_WORD.findall(text) for _, text in each] for each in (lines, others))
    weights = [sum(word not in _NO_WORDS for word in each) for each in words]
    best = [[0] * (len(others) + 1) for _ in range(len(lines) + 1)]
    is_level = len(lines) == len(others)
    fits = [
        [
            bool(weights[at])
            and (_is_part(words[at], each) or (is_level and at == other and _is_half(words[at], each)))
            for other, each in enumerate(given)
        ]
        for at in range(len(lines))
    ]
    for at in reversed(range(len(lines))):
        for other in reversed(range(len(others))):
            taken = weights[at] + best[at + 1][other + 1] if fits[at][other] else 0
            best[at][other] = max(taken, best[at + 1][other], best[at][other + 1])
    at = other = 0
    while at < len(lines) and other < len(others):
        if fits[at][other] and best[at][other] == weights[at] + best[at + 1][other + 1]:
            yield lines[at], others[other]
            at, other = at + 1, other + 1
        elif best[at][other] == best[at + 1][other]:
            at += 1
        else:
            other += 1


def _is_part(words: Sequence[str], given: Sequence[str]) -> bool:
    """Whether *words* stand in *given* in their order, with others between them."""
    left = iter(given)
    return all(word in left for word in words)


def _is_half(words: Sequence[str], given: Sequence[str]) -> bool:
    """Whether half of *words* are among *given*."""
    return 2 * len({*words} & {*given}) >= len({*words})
