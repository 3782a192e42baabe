"""A report names one long entity so often that it grows to 2 GB."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import BENIGN, REFUSED, of_text

_BLOWN = (
    f'<!DOCTYPE x [<!ENTITY a "{"a" * 40_000}">]>'
    f"<testsuite><testcase name='x'><failure>{'&a;' * 50_000}</failure></testcase></testsuite>"
)


ATTACK = Attack(
    "AC-41",
    "report",
    "one long entity, named 50,000 times",
    forbidden=(HUNG, GREW),
    promised=REFUSED,
    attempt=of_text(_BLOWN),
    twin=of_text(BENIGN),
)
