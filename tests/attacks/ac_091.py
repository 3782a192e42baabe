"""AC-91: a diff changes a mode and no line, or makes a new file that can be run."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-91",
    stage="diff",
    what="a diff changes a mode and no line, or makes a new file that can be run",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a mode", "a new file that can be run"),
    twin=("a mode",),
)
