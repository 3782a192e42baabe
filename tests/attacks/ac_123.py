"""AC-123: the source catches every error and drops it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("drops every error",), "jest": ("drops every error",)}

ATTACK = Attack(
    id="AC-123",
    stage="cheat",
    what="the source catches every error and drops it",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
