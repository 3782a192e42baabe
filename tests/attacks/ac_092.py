"""AC-92: a diff without hunks moves or copies a file to where CI or pytest would run it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-92",
    stage="diff",
    what="a diff without hunks moves or copies a file to where CI or pytest would run it",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("a rename into the workflows", "a rename to conftest", "a copy into the workflows"),
    twin=("a rename into the workflows",),
)
