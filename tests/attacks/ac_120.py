"""AC-120: the failing test is deleted."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("the case is gone",), "jest": ("the case is gone",)}

ATTACK = Attack(
    id="AC-120",
    stage="cheat",
    what="the failing test is deleted",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
