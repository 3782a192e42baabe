"""A report grows to 5 MB by an entity, which no amplification limit stops."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import BENIGN, PASSED_FOR_GREEN, REFUSED, of_text

_BLOWN = (
    f'<!DOCTYPE x [<!ENTITY a "{"a" * 1_000}">]>'
    f"<testsuite><testcase name='x'/><system-out>{'&a;' * 5_000}</system-out></testsuite>"
)


ATTACK = Attack(
    "AC-42",
    "report",
    "a small blow-up that parsers accept",
    forbidden=(HUNG, GREW, PASSED_FOR_GREEN),
    promised=REFUSED,
    attempt=of_text(_BLOWN),
    twin=of_text(BENIGN),
)
