"""A report says in its head that nothing failed, and one of its cases did."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.report import PASSED_FOR_GREEN, RED, of_text

ATTACK = Attack(
    "AC-52",
    "report",
    "counts that hide a failure",
    forbidden=(PASSED_FOR_GREEN,),
    promised=RED,
    attempt=of_text(
        '<testsuite tests="1" failures="0" errors="0"><testcase name="x"><failure/></testcase></testsuite>'
    ),
    twin=of_text('<testsuite tests="1" failures="0"><testcase name="x"/></testsuite>'),
)
