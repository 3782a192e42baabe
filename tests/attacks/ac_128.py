"""AC-128: the payload calls its sender a member, who by the forge's interface may only read."""

from __future__ import annotations

from agent_ci.core.context import Context
from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED
from bench.attacks.stages.context import FORK, OWN, Scene, Seen

_COUNTS_FOR_NOTHING = "the claim changes nothing"


def _seen(scene: Scene, association: str) -> Context:
    return scene.context("pull_request", scene.pull_request(FORK, author_association=association))


def _attempt(scene: Scene) -> Seen:
    member, stranger = _seen(scene, "MEMBER"), _seen(scene, "NONE")
    return Seen(_COUNTS_FOR_NOTHING if member == stranger and member.from_fork else f"{member}")


ATTACK = Attack(
    id="AC-128",
    stage="context",
    what="a payload calls its sender a member who by the forge's interface may only read",
    forbidden=(CHANGED, REACHED),
    promised=_COUNTS_FOR_NOTHING,
    attempt=_attempt,
    twin=lambda scene: not scene.context("pull_request", scene.pull_request(OWN)).from_fork,
)
