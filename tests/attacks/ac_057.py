"""A test prints a command of the older form in the middle of a line."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-57",
    "outward",
    "a command in the middle of a line",
    forbidden=(COMMANDED,),
    promised=NEUTRAL,
    attempt=Texts(known("AC-57", HOSTILE, OTHERS)),
    twin=Texts({"a heading": "# Shop", "an index": "prices[0]"}),
)
