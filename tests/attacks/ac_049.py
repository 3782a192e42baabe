"""A report is in an encoding in which text is not what it looks like."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.report import PASSED_FOR_GREEN, REFUSED, of_text

ATTACK = Attack(
    "AC-49",
    "report",
    "UTF-7",
    forbidden=(PASSED_FOR_GREEN,),
    promised=REFUSED,
    attempt=of_text(
        b'<?xml version="1.0" encoding="UTF-7"?>+ADw-testsuite+AD4APA-testcase name=+ACI-x+ACI-/+AD4APA-/testsuite+AD4-'
    ),
    twin=of_text(b'<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="\xe4"/></testsuite>'),
)
