"""AC-116: the source answers with what equals anything."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("an answer equal to anything",), "jest": ("is equal to anything",)}

ATTACK = Attack(
    id="AC-116",
    stage="cheat",
    what="the source answers with what equals anything",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
