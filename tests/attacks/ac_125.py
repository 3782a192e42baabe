"""AC-125: a test asserts nothing, or copies the implementation."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("asserts nothing",), "jest": ("expects nothing",)}

ATTACK = Attack(
    id="AC-125",
    stage="cheat",
    what="a test asserts nothing, or copies the implementation",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
