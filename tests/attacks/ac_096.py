"""AC-96: a diff holds more lines than its hunks count."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-96",
    stage="diff",
    what="a diff holds more lines than its hunks count",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("more lines than are counted", "more lines behind a gap"),
    twin=("more lines than are counted",),
)
