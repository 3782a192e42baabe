"""AC-107: a diff adds a secret."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-107",
    stage="diff",
    what="a diff adds a secret",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a key", "a token"),
    twin=("a key",),
)
