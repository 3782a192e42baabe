"""Earlier versions of suspicious lines, from before the change since which the tests fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from ....sandbox_kit.source import Source, Splice

_MOST_LINES = 20_000
_LONGEST = 3_000  # bytes of lines that are brought back at once
_NEARBY = 2


def earlier_lines(source: Source, before: str, scores: Mapping[int, float]) -> Iterator[tuple[Splice, int, float]]:
    """Each changed run of lines as it stood in *before*, and each of its lines alone, with its line and suspicion."""
    now, then = source.data.decode("utf-8-sig").splitlines(keepends=True), before.splitlines(keepends=True)
    if max(len(now), len(then)) > _MOST_LINES:
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, now, then, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        yield from _brought_back(source, (i1, i2), then[j1:j2], scores)
        if i2 - i1 == j2 - j1 > 1:
            for index in range(i2 - i1):
                yield from _brought_back(
                    source, (i1 + index, i1 + index + 1), then[j1 + index : j1 + index + 1], scores
                )


def _brought_back(
    source: Source, lines: tuple[int, int], then: list[str], scores: Mapping[int, float]
) -> Iterator[tuple[Splice, int, float]]:
    near = range(lines[0] + 1 - _NEARBY, lines[1] + 1 + _NEARBY)
    suspicion = max((scores.get(line, 0.0) for line in near), default=0.0)
    start, end = source.line_start(lines[0] + 1), source.line_start(lines[1] + 1)
    text = "".join(then)
    if suspicion > 0 and len(text) <= _LONGEST and end - start <= _LONGEST:
        yield Splice(start, end, text), lines[0] + 1, suspicion
