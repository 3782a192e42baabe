"""A test prints a command that is split by codes for a terminal."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED, OBEYED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-59",
    "outward",
    "a command split by terminal codes",
    forbidden=(
        COMMANDED,
        OBEYED,
    ),
    promised=NEUTRAL,
    attempt=Texts(known("AC-59", HOSTILE, OTHERS)),
    twin=Texts({"brackets": "[error] not found"}),
)
