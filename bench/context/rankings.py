"""What each way to choose shows of a scene in the same number of tokens: ours, and simpler ones beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.localising.blocks import blocks
from agent_ci.core.localising.choosing import Chosen, chosen, cost_of
from agent_ci.core.localising.ranking import Facts, Place, Weights, ranked
from agent_ci.core.localising.words import likeness, words
from agent_ci.core.questions.context import Allowance, Context
from bench.context.scenes import Scene

TOKENS = Allowance().sources


@dataclass(frozen=True)
class Shown:
    """Whether all that the repair touched is shown: ``holds`` the lines themselves, ``whole`` each piece as a whole.

    ``tokens`` are about those of all that is shown, at four characters each.
    """

    holds: bool
    whole: bool
    tokens: int

    @classmethod
    def of(cls, scene: Scene, found: Chosen) -> Shown:
        """What of *scene* is in *found*."""
        lines = [one.lines <= found.lines.get(one.path, frozenset()) for one in scene.touched]
        whole = {(place.path, place.block.first) for place in found.whole}
        tokens = sum(cost_of(told, scene.files[path].split("\n")) for path, told in found.lines.items())
        return cls(all(lines), all((one.path, one.block.first) in whole for one in scene.touched), tokens)


def ours(scene: Scene) -> Chosen:
    """As `fix` does."""
    return Context(scene.evidence, scene.files).chosen


def without_coverage(scene: Scene) -> Chosen:
    """As `fix` does where no runner tells what the tests execute."""
    return Context(replace(scene.evidence, coverage=None), scene.files).chosen


def _weighed(weights: Weights) -> Callable[[Scene], Chosen]:
    def choose(scene: Scene) -> Chosen:
        facts = _facts(scene)
        return chosen(ranked(scene.evidence, facts, weights), facts.texts, tokens=TOKENS, is_filled=True)

    return choose


def _facts(scene: Scene) -> Facts:
    return Context(scene.evidence, scene.files).facts


def _by_files(scene: Scene) -> Chosen:
    """The files that are most like the failure, from their beginning on."""
    facts = _facts(scene)
    paths = sorted(facts.texts)
    said = [facts.said, *(f"{case.message}\n{case.traceback}" for case in scene.evidence.targets)]
    scores = likeness(words("\n".join(said)), [words(facts.texts[path]) for path in paths])
    places = [
        Place(path, block, score)
        for score, path in sorted(zip(scores, paths, strict=True), key=lambda one: (-one[0], one[1]))
        for block in blocks(path, facts.texts[path])
    ]
    return chosen(places, facts.texts, tokens=TOKENS, is_filled=True)


_NOTHING = Weights(spectrum=0, in_reach=0, anywhere=0, frame=0, changed=0, near=0, table=0)
WAYS: Mapping[str, Callable[[Scene], Chosen]] = {
    "ours": ours,
    "ours, without coverage": without_coverage,
    "frames of the traceback": _weighed(replace(_NOTHING, frame=1)),
    "BM25 over files": _by_files,
    "BM25 over functions": _weighed(replace(_NOTHING, anywhere=1)),
    "Ochiai": _weighed(replace(_NOTHING, spectrum=1)),
}
