"""A report of an earlier run lies in the commit, and the run leaves none."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.report import BENIGN, PASSED_FOR_GREEN, REFUSED, Suite

ATTACK = Attack(
    "AC-54",
    "report",
    "a report from an earlier run",
    forbidden=(PASSED_FOR_GREEN,),
    promised=REFUSED,
    attempt=Suite({"report.xml": BENIGN}, ("true",)),
    twin=Suite({"fresh.xml": BENIGN, "report.xml": "old"}, ("cp", "fresh.xml", "report.xml")),
)
