"""A test prints the commands that a CI system takes from a log."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-55",
    "outward",
    "commands at the start of a line",
    forbidden=(COMMANDED,),
    promised=NEUTRAL,
    attempt=Texts(known("AC-55", HOSTILE, OTHERS)),
    twin=Texts({"a test id": "shop.py::test_total failed", "C++": "std::vector is used"}),
)
