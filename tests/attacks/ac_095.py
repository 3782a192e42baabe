"""AC-95: a diff says two names for one file."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-95",
    stage="diff",
    what="a diff says two names for one file",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("two names",),
    twin=("two names",),
)
