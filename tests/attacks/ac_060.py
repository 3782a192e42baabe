"""A test prints a command inside a command, so that removing one leaves one."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-60",
    "outward",
    "a command inside a command",
    forbidden=(COMMANDED,),
    promised=NEUTRAL,
    attempt=Texts(known("AC-60", HOSTILE, OTHERS)),
    twin=Texts({"brackets": "a[b[0]]"}),
)
