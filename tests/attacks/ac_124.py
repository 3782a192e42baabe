"""AC-124: the source is right one time in three."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("right one time in three",), "jest": ("right one time in three",)}

ATTACK = Attack(
    id="AC-124",
    stage="cheat",
    what="the source is right one time in three",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
