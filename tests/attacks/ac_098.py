"""AC-98: a diff has other ends of lines: for a protected file, or as its only change."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-98",
    stage="diff",
    what="a diff has other ends of lines: for a protected file, or as its only change",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a protected file in CRLF", "other ends of lines"),
    twin=("a protected file in CRLF",),
)
