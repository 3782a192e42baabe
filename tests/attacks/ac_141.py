"""AC-141: the endpoint sends the client, with its key and its question, to another host."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED, READ
from bench.attacks.stages.models import Scene, Seen, is_repaired
from tests.servers.chat import redirects

_STATUSES = (302, 307, 308)


def _attempt(scene: Scene) -> Seen:
    ends = {scene.fix(always=redirects(f"{scene.address}/v1", status))["outcome"] for status in _STATUSES}
    return Seen(" or ".join(sorted(ends)))


ATTACK = Attack(
    id="AC-141",
    stage="model",
    what="the endpoint redirects the client, with key and question, to another host",
    forbidden=(READ, CHANGED, REACHED),
    promised="model_unavailable",
    attempt=_attempt,
    twin=is_repaired,
)
