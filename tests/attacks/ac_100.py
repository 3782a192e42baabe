"""AC-100: a diff adds a binary file, said or unsaid."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-100",
    stage="diff",
    what="a diff adds a binary file, said or unsaid",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a binary file", "a binary file as text"),
    twin=("a binary file",),
)
