"""Watches what the failing and the passing cases do before any edit, within a part of the time that there is."""

from __future__ import annotations

from ....sandbox_kit.children import Message
from .bench import Bench
from .localise import Lines
from .observed import Observed
from .spec import Spec

_LEAST = 2.0  # seconds that an observation gets
_SHARE = 0.2  # of the time, at most, goes into each of the two observations


def observe(spec: Spec, bench: Bench) -> Observed:
    """What the targets of *spec* and the passing cases do in *bench*."""
    here = [id_ for id_ in spec.targets if id_ in bench.items]
    elsewhere = [id_ for id_ in spec.targets if id_ not in bench.items]
    share = spec.seconds * _SHARE
    messages: list[Message] = []
    for id_ in here:
        messages += bench.observe([id_], seconds=max(share / len(here), _LEAST))
    if elsewhere:
        messages += bench.observe_cold(elsewhere, seconds=max(share, _LEAST))
    red = {one["id"]: one for one in messages if one["outcome"] != "passed"}
    for id_, seconds in bench.seconds(here, limit=max(share, _LEAST)).items():
        if id_ in red:
            red[id_]["seconds"] = seconds
    passing = [id_ for id_ in spec.passing if id_ in bench.items]
    only: Lines = {path: set() for one in red.values() for path in one["lines"]}
    greens = bench.observe(passing, seconds=max(share, _LEAST), only=only) if passing else []
    green = {one["id"]: one for one in greens if one["outcome"] == "passed"}
    return Observed(red, green, has_cold=bool(elsewhere))
