"""AC-90: a diff adds a submodule, or the address of one that git would read as an option."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-90",
    stage="diff",
    what="a diff adds a submodule, or the address of one that git would read as an option",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a submodule", "a submodule's address"),
    twin=("a submodule",),
)
