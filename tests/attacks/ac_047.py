"""A report holds one attribute of 12 MB."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import GREEN, of_text

ATTACK = Attack(
    "AC-47",
    "report",
    "an attribute of 12 MB",
    forbidden=(HUNG, GREW),
    promised=GREEN,
    attempt=of_text(f'<testsuite><testcase name="{"a" * 12_000_000}"/></testsuite>'),
    twin=of_text(f'<testsuite><testcase name="{"a" * 12_000}"/></testsuite>'),
)
