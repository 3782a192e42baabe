"""AC-94: a diff hides a second file behind the lines of a hunk."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-94",
    stage="diff",
    what="a diff hides a second file behind the lines of a hunk",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a file behind a hunk",),
    twin=("a file behind a hunk",),
)
