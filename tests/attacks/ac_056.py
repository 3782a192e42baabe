"""A test prints a command behind blanks that are not seen."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-56",
    "outward",
    "a command behind invisible blanks",
    forbidden=(COMMANDED,),
    promised=NEUTRAL,
    attempt=Texts(known("AC-56", HOSTILE, OTHERS)),
    twin=Texts({"an indented line": "    total = 3"}),
)
