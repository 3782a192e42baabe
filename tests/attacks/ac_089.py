"""AC-89: a diff makes a symbolic link to a folder of the machine, and a file behind it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-89",
    stage="diff",
    what="a diff makes a symbolic link to a folder of the machine, and a file behind it",
    forbidden=(ACCEPTED, CHANGED),
    promised=REFUSED,
    attempt=("a link, and a file behind it",),
    twin=("a link, and a file behind it",),
)
