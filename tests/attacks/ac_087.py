"""AC-87: a diff names git's folder with an invisible sign in it, which some file systems leave out."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-87",
    stage="diff",
    what="a diff names git's folder with an invisible sign in it, which some file systems leave out",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("git's folder with an invisible sign",),
    twin=("git's folder with an invisible sign",),
)
