"""Which lines of a log a reader needs to see why it is red, within a budget, and how many were left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.logs.cleaning import Line, Mark
from agent_ci.core.logs.steps import FailingStep

MOST_LINES = 120
"""The lines of an excerpt for a person or a model."""

MOST_CHARACTERS = 12_000
"""Its characters, about four to a token."""

_WIDEST = 400  # characters of one line that are shown
_TAIL = 0.25  # the part of the budget for what stands directly before the end of the failing step
_NEAR = 4  # lines on each side that a telling line makes worth reading
_OWN = 3.0  # how much more the line itself counts than its neighbours
_TELLING = 1.0  # the weight from which a line makes its neighbours worth reading
_AHEAD = 0.6  # what stands before such a line tells less than what follows it
_BEFORE_THE_END = 80  # lines before the end of the failing step that count for more
_AFTER_THE_END = 0.4
_DAMPING = 0.5  # how much less a line counts each time that one of its kind was there before
_SEEN_WHEN_GREEN = 0.15

# Every alternative of the first two begins with a letter or sign: such patterns are searched several times as fast.
_CAUSE = re.compile(
    r":\d+(?::\d+)?\)?:? ?-? ?(?:fatal )?error\b|error(?:\[\w+\]| TS\d+|:)|Traceback \(most recent|\.\w+:\[?\d+[,:]\d+"
    r"|panic(?:ked at|:)|Exception\b|Error\b|Caused by|--- FAIL|FAILED|FAILURE|FAIL |COMPILATION|ERROR|ERR!|FATAL"
    r"|No space left|OutOfMemory|Killed|Segmentation fault|core dumped|not found$|Permission denied|fatal\b|<<< "
    r"|No module named|Cannot find|Could not (?:resolve|find)|undefined ref|unable to |[Tt]imed? ?out\b|E  "
    r"|[\u2715\u2717\u2718\u25cf\u00d7] |not ok \d"
)
_TOLD = re.compile(  # in small letters
    r"error|fail(?:s|ed|ure|ures|ing)?\b|expected|actual\b|received|cannot|denied|refused|missing|not found|invalid"
    r"|abort|exit(?:ed)?\b|severe|conflict|cancel"
)
_TRACE = re.compile(
    r"^\s+at [\w$./<>@]+[ (]|^\s*File \"|^\s*\.{3} \d+ more|^\s+\^|^\s*--> |^\s*\d* *\| |^goroutine |^>  "
    r"|^\s+from \S+:\d+|^\s*#\d+ |^\s+(?:required|symbol|location|found|note|help): "
)
_WARNING = re.compile(r"[Ww]arn(?:ing)?\b|WARN")
_NOISE = re.compile(
    r"^(?:\[?(?:INFO|DEBUG|TRACE|WARN(?:ING)?)\]? |\[INFO\]|Download(?:ing|ed)|Progress|\s*\d{1,3} ?%|Get:\d|Selecting "
    r"|Unpacking |Setting up |Preparing to |Collecting |Requirement already|Receiving obj|Resolving delt|remote: "
    r"|npm (?:WARN|notice|http)|Installing |Using cached|Fetching |Compiling \w+ v|Extracting |Pulling |Removing )"
    r"|^\s*Running \S+$|\b0 (?:errors?|failures?|failed)|\b[Ee]rrors?: 0\b|\bno errors?\b|without errors?\b"
    r"|\bPASS(?:ED)?\b|\bpassed\b|\bok$|SUCCESS|\[Help \d+\]$|For more information about the errors|[Rr]e-run Maven"
    r"|^\[ERROR\]\s*$"
)  # also what maven and others add to every failure
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines to read, in the order of the log. ``end`` is the last number of the log."""

    lines: tuple[Line, ...] = ()
    end: int = 0

    @property
    def text(self) -> str:
        """The lines with their gaps named: ``… 312 lines left out (10 to 321) …``."""
        return "\n".join(self._rows())

    def _rows(self) -> Iterator[str]:
        last = 0
        for line in self.lines:
            yield from _gap(last + 1, line.number - 1)
            yield line.text[:_WIDEST] + ("…" if len(line.text) > _WIDEST else "")
            last = line.number
        yield from _gap(last + 1, self.end)


def _gap(first: int, last: int) -> Iterator[str]:
    if first == last:
        yield f"… line {first} left out …"
    elif first < last:
        yield f"… {last - first + 1} lines left out ({first} to {last}) …"


def excerpt(
    lines: Sequence[Line],
    failing: FailingStep | None,
    *,
    most_lines: int = MOST_LINES,
    most_characters: int = 0,
    green: Iterable[Line] = (),
) -> Excerpt:
    """At most *most_lines* of *lines*, whose step *failing* failed, in at most *most_characters* where that is not 0.

    *green* are the lines of the last log of the same job that was green: what stands there as well counts little.
    """
    if not lines:
        return Excerpt()
    end = _end(lines, failing)
    ranked = _ranked(lines, end, frozenset(_kind(line.text) for line in green))
    chosen = _chosen(lines, ranked, end, most_lines, most_characters or len(lines) * _WIDEST * 2)
    return Excerpt(tuple(lines[index] for index in sorted(chosen)), lines[-1].number)


def _end(lines: Sequence[Line], failing: FailingStep | None) -> int:
    """The index of the line that says that the failing step ended; that of the last line where none does."""
    if failing is None:
        return len(lines) - 1
    return next(index for index, line in enumerate(lines) if line.number == failing.line)


def _ranked(lines: Sequence[Line], end: int, green: frozenset[str]) -> list[int]:
    """The indices of *lines*, the most telling first."""
    weights = _weights(lines, end, green)
    scores = [_OWN * weight for weight in weights]
    around = [0.0] * _NEAR
    telling = [*around, *(weight if weight >= _TELLING else 0.0 for weight in weights), *around]
    for distance in range(1, _NEAR + 1):
        before, behind = telling[_NEAR - distance :], telling[_NEAR + distance :]
        near = zip(scores, before, behind, strict=False)
        scores = [own + (one + _AHEAD * other) / distance for own, one, other in near]
    return [-place for _, place in sorted(zip([-score for score in scores], range(0, -len(lines), -1), strict=True))]


def _weights(lines: Sequence[Line], end: int, green: frozenset[str]) -> list[float]:
    known: dict[tuple[str, Mark], tuple[float, str]] = {}
    seen: dict[str, int] = {}
    weights = []
    for index, line in enumerate(lines):
        key = (line.text, line.mark)
        if key not in known:
            known[key] = _weight(line), _kind(line.text)
        weight, kind = known[key]
        if weight:
            seen[kind] = times = seen.get(kind, 0) + 1
            weight /= 1 + (times - 1) * _DAMPING
            if kind in green:
                weight *= _SEEN_WHEN_GREEN
            if index > end:
                weight *= _AFTER_THE_END
            elif end - index < _BEFORE_THE_END:
                weight *= 1.5
        weights.append(weight)
    return weights


def _weight(line: Line) -> float:
    text = line.text
    if line.mark is Mark.ERROR:
        return 8.0
    if _TRACE.match(text):
        return 3.0
    if _NOISE.search(text):
        return 0.2 if _CAUSE.search(text) else 0.0
    if _CAUSE.search(text):
        return 8.0
    if _TOLD.search(text.lower()):
        return 4.0
    return 1.0 if _WARNING.search(text) else 0.3


def _kind(text: str) -> str:
    """What a line has in common with those that differ from it in numbers only."""
    return _DIGITS.sub("0", text.strip())


def _chosen(lines: Sequence[Line], ranked: Sequence[int], end: int, most_lines: int, room: int) -> set[int]:
    chosen: set[int] = set()
    shown: set[str] = set()

    def take(indices: Iterable[int], budget: int) -> None:
        nonlocal room
        for index in indices:
            if len(chosen) >= budget:
                return
            text = lines[index].text
            need = min(len(text), _WIDEST) + 1
            if index not in chosen and text not in shown and need <= room:
                chosen.add(index)
                shown.add(text)
                room -= need

    take(range(end, max(-1, end - int(most_lines * _TAIL)), -1), most_lines)
    take(ranked, most_lines)
    return chosen
