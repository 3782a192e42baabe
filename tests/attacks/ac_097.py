"""AC-97: an answer has prose and several fences, and not all of them hold the repair."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-97",
    stage="diff",
    what="an answer has prose and several fences, and not all of them hold the repair",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("two fences", "another notation in a second fence", "orders in a second fence"),
    twin=("two fences",),
)
