"""AC-121: the source looks whether it is tested."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("asks for pytest",), "jest": ("asks for NODE_ENV",)}

ATTACK = Attack(
    id="AC-121",
    stage="cheat",
    what="the source looks whether it is tested",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
