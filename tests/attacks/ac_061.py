"""A test prints the marks by which GitLab folds its log."""

from __future__ import annotations

from bench.attacks.acts import COMMANDED, OBEYED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, Texts, known
from tests.core.outward.test_workflow import HOSTILE, OTHERS

ATTACK = Attack(
    "AC-61",
    "outward",
    "marks that fold a log",
    forbidden=(
        COMMANDED,
        OBEYED,
    ),
    promised=NEUTRAL,
    attempt=Texts(known("AC-61", HOSTILE, OTHERS)),
    twin=Texts({"a word": "section_start is a function"}),
)
