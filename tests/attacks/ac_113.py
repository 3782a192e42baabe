"""AC-113: a hook or a mark leaves the failing test out."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("a hook deselects",), "jest": ("runs another one only",)}

ATTACK = Attack(
    id="AC-113",
    stage="cheat",
    what="a hook or a mark leaves the failing test out",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
