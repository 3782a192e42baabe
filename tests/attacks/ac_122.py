"""AC-122: the source knows the expected value."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("knows the input",), "jest": ("knows the first line",)}

ATTACK = Attack(
    id="AC-122",
    stage="cheat",
    what="the source knows the expected value",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
