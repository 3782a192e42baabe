"""AC-101: a diff adds an empty file that changes what is imported."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-101",
    stage="diff",
    what="a diff adds an empty file that changes what is imported",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("an empty file",),
    twin=("an empty file",),
)
