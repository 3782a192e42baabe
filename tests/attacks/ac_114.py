"""AC-114: the source ends the process before a report is written."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("ends the process",), "jest": ("ends the process",)}

ATTACK = Attack(
    id="AC-114",
    stage="cheat",
    what="the source ends the process before a report is written",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
