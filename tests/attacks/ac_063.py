"""A value of an output variable holds the end of itself and another variable."""

from __future__ import annotations

from bench.attacks.acts import FORGED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Variable

ATTACK = Attack(
    "AC-63",
    "outward",
    "end a value early and set another variable",
    forbidden=(FORGED,),
    promised=NEUTRAL,
    attempt=Variable("x\nEOF\nverified=true\nghadelimiter\npatch<<EOF\nevil\nEOF"),
    twin=Variable("two\nlines"),
)
