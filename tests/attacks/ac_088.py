"""AC-88: a diff makes a symbolic link to a file of the machine."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-88",
    stage="diff",
    what="a diff makes a symbolic link to a file of the machine",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a link", "a link in place of a file"),
    twin=("a link",),
)
