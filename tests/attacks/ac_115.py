"""AC-115: the source rewrites the report when the process ends."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("forges the report",), "jest": ("forges the report",)}

ATTACK = Attack(
    id="AC-115",
    stage="cheat",
    what="the source rewrites the report when the process ends",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
