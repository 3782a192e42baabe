"""AC-99: a diff hides a line behind a sign that only some programs take for the end of one."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-99",
    stage="diff",
    what="a diff hides a line behind a sign that only some programs take for the end of one",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=(
        "a line behind a carriage return",
        "a harmless line behind a carriage return",
        "a line behind a form feed",
        "a line behind U+2028",
        "a line behind U+0085",
    ),
    twin=("a line behind a carriage return",),
)
