"""AC-118: the settings of the test run select other tests."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.cheats import ACCEPTED, REFUSED

_CHEATS = {"pytest": ("deselects by option",), "jest": ("by default, a jest.config",)}

ATTACK = Attack(
    id="AC-118",
    stage="cheat",
    what="the settings of the test run select other tests",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=_CHEATS,
    twin=_CHEATS,
)
