"""The edits of a search, the likeliest first: what the operators make of suspicious statements, and older lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from ....sandbox_kit.source import Source
from .earlier import earlier_lines
from .hints import Hints
from .localise import Scores
from .operators import EARLIER, EARLIER_PRIOR, OLDER_PRIOR, Candidate, candidates
from .spec import Spec

_STATEMENTS = 400  # the most suspicious ones are edited, no others
_OF_ONE_VERSION = 200  # edits that bring lines of it back


def ranked_edits(scores: Scores, sources: Mapping[str, Source], hints: Hints, spec: Spec) -> list[Candidate]:
    """The edits of *sources*, whose lines have *scores*, in the order in which they are tried."""

    def order(candidate: Candidate) -> tuple[float, int]:
        splice = candidate.splice
        text = f"{spec.seed}:{candidate.path}:{splice.start}:{splice.end}:{splice.replacement}"
        return -candidate.rank, zlib.crc32(text.encode())

    return sorted((*_made(scores, sources, hints, spec), *earlier_edits(scores, sources, spec)), key=order)


def _made(scores: Scores, sources: Mapping[str, Source], hints: Hints, spec: Spec) -> Iterator[Candidate]:
    flat = sorted((-score, path, line) for path, lines in scores.items() for line, score in lines.items())
    kept: Scores = {}
    for score, path, line in flat[:_STATEMENTS]:
        kept.setdefault(path, {})[line] = -score
    for path, lines in kept.items():
        yield from candidates(sources[path], lines, hints, modules_of(spec))


def modules_of(spec: Spec) -> tuple[str, ...]:
    """The names of the modules that a missing import can be meant to name."""
    return tuple(path.rpartition("/")[2].removesuffix(".py") for path in spec.suspects)


def earlier_edits(scores: Scores, sources: Mapping[str, Source], spec: Spec) -> Iterator[Candidate]:
    """The lines of *sources* near those with *scores*, as they stood before the change, and in older versions."""
    for path, prior, before in _versions(spec):
        if path in sources:
            found = earlier_lines(sources[path], before, scores.get(path, {}))
            for splice, line, suspicion in sorted(found, key=lambda one: -one[2])[:_OF_ONE_VERSION]:
                yield Candidate(path, splice, EARLIER, line, prior * suspicion)


def _versions(spec: Spec) -> Iterator[tuple[str, float, str]]:
    """Texts that files had, each with its path and how likely one of its lines is the right one."""
    for path, before in spec.earlier.items():
        yield path, EARLIER_PRIOR, before
    for path, versions in spec.older.items():
        for age, before in enumerate(versions, 1):
            yield path, OLDER_PRIOR / age, before
