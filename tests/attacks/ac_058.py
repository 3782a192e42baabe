"""A test prints a command behind a carriage return."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-58",
    "outward",
    "a command behind a carriage return",
    forbidden=(COMMANDED,),
    promised=NEUTRAL,
    attempt=Texts(known("AC-58", HOSTILE, OTHERS)),
    twin=Texts({"two lines": "one\ntwo"}),
)
