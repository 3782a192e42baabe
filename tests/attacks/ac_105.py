"""AC-105: a diff adds signs that a reader does not see, or takes for others."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-105",
    stage="diff",
    what="a diff adds signs that a reader does not see, or takes for others",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=(
        "a bidirectional override",
        "a bidirectional isolate",
        "a direction mark",
        "a zero-width space",
        "tags",
        "variation selectors",
        "a look-alike name",
        "a space that does not break",
    ),
    twin=("a bidirectional override",),
)
