"""AC-102: a diff adds a file that differs from another by upper and lower case only."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-102",
    stage="diff",
    what="a diff adds a file that differs from another by upper and lower case only",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a case-only twin",),
    twin=("a case-only twin",),
)
