"""Which pieces of a repository a failure most likely has its cause in, by all that is known of it at once."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.generated import Generated
from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.localising.outside import used_outside
from agent_ci.core.localising.words import likeness, words
from agent_ci.core.questions.frames import Index, frames
from agent_ci.core.run import Evidence

_Lines = Mapping[str, frozenset[int]]
_NO_LINES: _Lines = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of knowledge counts, where the best piece of its kind has 1."""

    spectrum: float = 1.0
    in_reach: float = 1.0
    anywhere: float = 0.3
    frame: float = 0.5
    changed: float = 0.5
    near: float = 0.1
    table: float = 0.6


USUAL = Weights()
_LIKELIEST = 8  # functions whose constants are looked for


@dataclass(frozen=True, slots=True)
class Place:
    """A *block* of the file *path* with its *score*, and how suspicious each of its lines is, by number."""

    path: str
    block: Block
    score: float
    heat: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True)
class Facts:
    """What a ranking starts from, beside the evidence.

    ``texts`` are the source files to look into, by path, ``near`` are those of them that the failing tests name, import
    or are called like, and ``said`` is the text of these tests. ``changed`` are the lines (1-based) that differ from
    where all was green. Where no ``coverage`` tells what the tests reach, it is what stands in the files that are near.
    """

    texts: Mapping[str, str]
    near: frozenset[str] = frozenset()
    said: str = ""
    coverage: Coverage | None = None
    changed: _Lines = field(default_factory=lambda: _NO_LINES)


def ranked(evidence: Evidence, facts: Facts, weights: Weights = USUAL) -> tuple[Place, ...]:
    """The pieces of all files of *facts* by their score, the likeliest first.

    Functions that the failing tests execute are compared by Ochiai's coefficient of their lines and by the words that
    they share with the tests and errors (BM25). Frames, changes and the words of what was not executed count less.
    Constants and tables that the likeliest functions use follow, one statement a piece.
    Source of the method: "An Evaluation of Similarity Coefficients for Software Fault Localization" (Abreu, 2006).
    """
    read = [(path, block, found) for path in sorted(facts.texts) for block, found in _counted(path, facts.texts[path])]
    everything = [(path, block) for path, block, _ in read]
    counted = [found for *_, found in read]
    spectra = _spectra(evidence, facts.coverage)
    asked = _asked(evidence, facts.said)
    reached = [_heat(block, spectra.get(path, {})) for path, block in everything]
    is_known = any(reached)
    near = _distances(evidence, facts.texts)
    scores = [
        weights.spectrum * max(heat.values(), default=0.0)
        + weights.frame * max((near.get((path, line), 0.0) for line in block.lines), default=0.0)
        + weights.changed * any(line in facts.changed.get(path, ()) for line in block.lines)
        + weights.near * (path in facts.near and not is_known)
        for (path, block), heat in zip(everything, reached, strict=True)
    ]
    inside = [index for index, heat in enumerate(reached) if heat] or [
        index for index, (path, _) in enumerate(everything) if path in facts.near
    ]
    for weight, indices in ((weights.in_reach, inside), (weights.anywhere, [*range(len(everything))])):
        alike = _normal(likeness(asked, [counted[index] for index in indices]))
        for index, likely in zip(indices, alike, strict=True):
            scores[index] += weight * likely
    generated = Generated(facts.texts)
    places = [
        Place(path, block, score * (0.1 if generated.holds(path) else 1.0), _lines_of(path, block, heat, near))
        for (path, block), score, heat in zip(everything, scores, reached, strict=True)
    ]
    likeliest = heapq.nsmallest(_LIKELIEST, (one for one in places if one.block.is_function), _order)
    used = used_outside(((one.path, one.block, one.score) for one in likeliest), facts.texts)
    places += [Place(path, block, weights.table * score) for path, block, score in used]
    return tuple(sorted(places, key=_order))


def _order(place: Place) -> tuple[float, str, int]:
    return -place.score, place.path, place.block.first


@lru_cache(maxsize=4096)
def _counted(path: str, text: str) -> tuple[tuple[Block, Counter[str]], ...]:
    """The pieces of a file and their words."""
    rows = text.split("\n")
    return tuple(
        (block, words("\n".join([block.name, *rows[block.first - 1 : block.last]]))) for block in blocks(path, text)
    )


def _asked(evidence: Evidence, said: str) -> frozenset[str]:
    """The words of the failing tests and of what they say."""
    texts = [said, *(f"{case.name}\n{case.message}\n{case.traceback}" for case in evidence.targets)]
    texts += [finding.message for finding in evidence.findings] + [log.excerpt for log in evidence.logs]
    return frozenset(words("\n".join(texts)))


def _spectra(evidence: Evidence, coverage: Coverage | None) -> dict[str, dict[int, float]]:
    """Ochiai's coefficient of each line that a failing test executed, by path and line."""
    if coverage is None:
        return {}
    failing = frozenset(evidence.target_ids) & coverage.tests.keys()
    passing = coverage.tests.keys() - failing - {IMPORTS}
    bad, good = _counts(failing, coverage), _counts(passing, coverage)
    found: dict[str, dict[int, float]] = {}
    for (path, line), count in bad.items():
        all_ = count + good[path, line]
        found.setdefault(path, {})[line] = count / math.sqrt(len(failing) * all_)
    return found


def _counts(ids: Iterable[str], coverage: Coverage) -> Counter[tuple[str, int]]:
    return Counter((path, line) for id_ in ids for path, lines in coverage.tests[id_].items() for line in lines)


def _heat(block: Block, lines: Mapping[int, float]) -> dict[int, float]:
    """What is known of the lines of *block* that run when it is called."""
    if not block.is_function:
        return {}
    return {line: lines[line] for line in range(block.body, block.last + 1) if line in lines}


def _distances(evidence: Evidence, texts: Mapping[str, str]) -> dict[tuple[str, int], float]:
    """How near to the failure each line of the repository's own source is that a traceback names."""
    index = Index(texts)
    found: dict[tuple[str, int], float] = {}
    for text in (f"{case.traceback}\n{case.message}" for case in evidence.targets):
        places = [(path, frame.line) for frame in frames(text) if (path := index.resolve(frame.path)) and frame.line]
        for distance, place in enumerate(dict.fromkeys(places)):
            found[place] = max(found.get(place, 0.0), 1 / (1 + distance))
    for finding in evidence.findings:
        if finding.line and (path := index.resolve(finding.file)):
            found[path, finding.line] = 1.0
    return found


def _lines_of(
    path: str, block: Block, heat: Mapping[int, float], near: Mapping[tuple[str, int], float]
) -> dict[int, float]:
    return {line: found for line in block.lines if (found := heat.get(line, 0.0) + near.get((path, line), 0.0))}


def _normal(scores: tuple[float, ...]) -> tuple[float, ...]:
    best = max(scores, default=0.0)
    return tuple(score / best for score in scores) if best else scores
