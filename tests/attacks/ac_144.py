"""AC-144: the endpoint fails, and says the key that it was sent in several spellings."""

from __future__ import annotations

import base64

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED, READ
from bench.attacks.stages.models import Scene, Seen, is_repaired
from tests.servers.chat import Step, fails


def _failures(key: str) -> tuple[Step, ...]:
    encoded = base64.b64encode(key.encode()).decode()
    page = f"<p>bad key {key} {encoded}</p>".encode()
    return fails(401, f"Incorrect API key provided: {key}"), fails(400, f"bad {encoded}"), Step(page, status=403)


def _attempt(scene: Scene) -> Seen:
    ends = {scene.fix(always=step)["outcome"] for step in _failures(scene.key)}
    return Seen(" or ".join(sorted(ends)))


ATTACK = Attack(
    id="AC-144",
    stage="model",
    what="the endpoint fails, and says the key that it was sent",
    forbidden=(READ, CHANGED, REACHED),
    promised="model_unavailable",
    attempt=_attempt,
    twin=is_repaired,
)
