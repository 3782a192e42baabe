"""A report holds a tag with 200,000 attributes."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import GREEN, of_text

_MANY = " ".join(f'a{n}="x"' for n in range(200_000))


ATTACK = Attack(
    "AC-48",
    "report",
    "200,000 attributes in one tag",
    forbidden=(HUNG, GREW),
    promised=GREEN,
    attempt=of_text(f"<testsuite {_MANY}><testcase name='x'/></testsuite>"),
    twin=of_text(f"<testsuite {_MANY[:500].rpartition(' ')[0]}><testcase name='x'/></testsuite>"),
)
