"""AC-103: a diff names a file so that a program takes it for an option, two lines, or no text."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-103",
    stage="diff",
    what="a diff names a file so that a program takes it for an option, two lines, or no text",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=(
        "a name that starts with a dash",
        "a name of two lines",
        "a very long name",
        "a name that is not UTF-8",
    ),
    twin=("a name that starts with a dash",),
)
