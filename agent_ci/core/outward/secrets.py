"""Where in a text a secret leaks: itself, its encodings, and long pieces of either; and the text without it."""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from agent_ci.core.outward.encodings import decompressed, spellings
from agent_ci.core.outward.views import View, itself, squeezed, squeezed_text, unescaped

REDACTED = "***"
WINDOW = 12
"""The length of a piece, in characters, that gives a secret away even where the rest is cut off."""

_SHORTEST = 6
"""Shorter values are words like ``true`` or ``1``: removing them would shred the text and hide nothing."""

_SHORTEST_APART = 8
"""Letters and digits that a shorter value needs before it is also found with other characters between them."""

_SEED = 8  # any piece of WINDOW characters holds a seed that starts at a multiple of _STEP
_STEP = WINDOW - _SEED + 1
_MOST_PLACES = 64  # of one seed; more has only a value that repeats itself, which any of them finds
_DEEPEST = 3  # an encoding of an encoding of an encoding
_FRINGE = 24  # characters of the same word that go with a finding: its own first ones, or what it was joined to
_WORD = re.compile(r"[A-Za-z0-9+/_%&#\\-]")
_AFTER = re.compile(r"[A-Za-z0-9+/_%&#\\;=-]")
_BASE64_RUN = re.compile(
    r"[A-Za-z0-9+/_-]{20,}"
    r"(?:(?:\\n|\s*\n[ \t]*)(?:[A-Za-z0-9+/_-]{16,}|[A-Za-z0-9+/_-]{2,15}(?==)))*={0,2}"  # on several lines
)
_HEX_RUN = re.compile(
    r"(?:[0-9a-fA-F]{2}){16,}|[0-9a-fA-F]{2}(?P<between>[\s:,-]{1,2})(?:[0-9a-fA-F]{2}(?P=between)){14,}[0-9a-fA-F]{2}"
)
_BETWEEN = "\u01c2"  # a letter that no decoded byte is, so that nothing is found across two runs
_TO_STANDARD = str.maketrans("-_", "+/")


@dataclass(frozen=True)
class Secrets:
    """The *values* that must not leave. Made once and asked often: what is looked for is computed on first use."""

    values: frozenset[str]

    @classmethod
    def of(cls, values: Iterable[str]) -> Secrets:
        """Those of *values* that are long enough to be secrets."""
        return cls(frozenset(value for value in values if len(value) >= _SHORTEST))

    def removed(self, text: str) -> str:
        """*text* with each secret, in whatever encoding, as ``***``: nothing remains, not even its beginning.

        Case and what stands between the characters do not matter, and of a long secret any 12 characters
        are removed together with what continues them.
        """
        spans = sorted(self._spans(text))
        return _without(text, [_widened(text, *span) for span in spans]) if spans else text

    def _spans(self, text: str, depth: int = 1) -> Iterator[tuple[int, int]]:
        if not self.values or len(text) < _SHORTEST:
            return
        view: View | None = itself(text)
        for _ in range(_DEEPEST):
            if view is None:
                break
            yield from self._plain.found(view)
            yield from self._squeezed.found(squeezed(view))
            view = unescaped(view)
        if depth < _DEEPEST:
            yield from self._in_runs(text, depth)

    def _in_runs(self, text: str, depth: int) -> Iterator[tuple[int, int]]:
        """The runs of base64 or hex in *text* that hold a secret in some other form once they are decoded."""
        runs = (*_decoded(text, _BASE64_RUN, _from_base64), *_decoded(text, _HEX_RUN, _from_hex))
        ends = [*accumulate(len(said) + len(_BETWEEN) for _, said in runs)]
        together = _BETWEEN.join(said for _, said in runs)
        for start, _ in self._spans(together, depth + 1):
            yield runs[bisect_right(ends, start)][0]

    @cached_property
    def _plain(self) -> _Index:
        """What has to be found as it stands: short spellings, and those with few letters and digits."""
        forms = {itself(form).text for value in self.values for form in spellings(value)}
        few = {form for form in forms if len(squeezed_text(form)) < min(len(form), 2 * WINDOW)}
        return _Index(form for form in forms if form in few or _is_short(form))

    @cached_property
    def _squeezed(self) -> _Index:
        forms = {squeezed_text(form) for value in self.values for form in spellings(value)}
        return _Index(form for form in forms if len(form) >= _SHORTEST_APART)


def redact(text: str, secrets: Iterable[str]) -> str:
    """*text* without the values of *secrets*."""
    return _known(frozenset(secrets)).removed(text)


@lru_cache(maxsize=16)
def _known(values: frozenset[str]) -> Secrets:
    return Secrets.of(values)


class _Index:
    """Finds any of *forms* in a text, or 12 characters of one, in a time that does not grow with their number."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._short: list[str] = []
        self._seeds: dict[str, list[tuple[str, int]]] = {}
        for form in forms:
            if _is_short(form):
                self._short += [form] * (len(form) >= _SHORTEST)
                continue
            for at in range(len(form) - _SEED + 1):
                places = self._seeds.setdefault(form[at : at + _SEED], [])
                places += [(form, at)] * (len(places) < _MOST_PLACES)

    def found(self, view: View) -> Iterator[tuple[int, int]]:
        """The spans of the original text in which *view* holds something."""
        text = view.text
        for form in self._short:
            yield from (view.span(found.start(), found.end()) for found in re.finditer(re.escape(form), text))
        seeds, end = self._seeds, 0
        for at in [at for at in range(0, len(text) - _SEED + 1, _STEP) if text[at : at + _SEED] in seeds]:
            if at >= end:
                start, stop = max((_extended(text, at, *seed) for seed in seeds[text[at : at + _SEED]]), key=_length)
                if stop > start:
                    yield view.span(start, stop)
                    end = stop - WINDOW


def _is_short(form: str) -> bool:
    return len(form) < WINDOW


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _extended(text: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """How far *text* around *at* agrees with *form* around *offset*; nothing where that is no more than chance."""
    start, stop = at, at + _SEED
    back, ahead = offset, offset + _SEED
    while start and back and text[start - 1] == form[back - 1]:
        start, back = start - 1, back - 1
    while stop < len(text) and ahead < len(form) and text[stop] == form[ahead]:
        stop, ahead = stop + 1, ahead + 1
    return (start, stop) if stop - start >= min(len(form), _telling(text[start:stop])) else (start, start)


def _telling(piece: str) -> int:
    """How long a piece like *piece* has to be before it gives something away: digits alone say less than letters."""
    if not piece.isdigit():
        return WINDOW
    return 4 * WINDOW if set(piece) <= {"0", "1"} else 2 * WINDOW


def _decoded(text: str, run: re.Pattern[str], decode: Callable[[str], bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    for found in run.finditer(text):
        with suppress(binascii.Error, ValueError):
            yield found.span(), decompressed(decode(found[0])).decode("latin-1")


def _from_base64(run: str) -> bytes:
    digits = re.sub(r"\\n|[\s=]+", "", run).translate(_TO_STANDARD)
    return binascii.a2b_base64(digits[: len(digits) // 4 * 4 if len(digits) % 4 == 1 else len(digits)] + "==")


def _from_hex(run: str) -> bytes:
    return bytes.fromhex(re.sub(r"[\s:,-]+", "", run))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the rest of its word: encoded edges, and first characters that were spelt in another way."""
    first, last = max(0, start - _FRINGE), min(len(text), end + _FRINGE)
    while start > first and _WORD.match(text[start - 1]):
        start -= 1
    while end < last and _AFTER.match(text[end]):
        end += 1
    return start, end


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    edges = [(0, 0), *_merged(spans), (len(text), len(text))]
    return REDACTED.join(text[before[1] : after[0]] for before, after in pairwise(edges))


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = spans[0]
    for next_start, next_end in spans[1:]:
        if next_start > end:
            yield start, end
            start, end = next_start, next_end
        else:
            end = max(end, next_end)
    yield start, end
