"""A report has no cases left."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.report import BENIGN, IN_DOUBT, PASSED_FOR_GREEN, of_text

ATTACK = Attack(
    "AC-53",
    "report",
    "a report of nothing",
    forbidden=(PASSED_FOR_GREEN,),
    promised=IN_DOUBT,
    attempt=of_text("<testsuite tests='9' failures='0'/>"),
    twin=of_text(BENIGN),
)
