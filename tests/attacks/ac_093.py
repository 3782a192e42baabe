"""AC-93: a diff quotes a path, so that programs disagree about which it is."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-93",
    stage="diff",
    what="a diff quotes a path, so that programs disagree about which it is",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a quoted path", "a quoted folder"),
    twin=("a quoted path",),
)
