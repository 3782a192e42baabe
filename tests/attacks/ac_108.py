"""AC-108: a diff adds a dependency, a lock, a registry, or an import of a name that is nearly known."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-108",
    stage="diff",
    what="a diff adds a dependency, a lock, a registry, or an import of a name that is nearly known",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=(
        "a requirement",
        "a lock",
        "a registry",
        "a registry for Node",
        "a registry by another file",
        "an import of what is not there",
    ),
    twin=("a requirement",),
)
