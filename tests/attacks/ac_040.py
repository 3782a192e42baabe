"""A report grows a thousand million times by its own entities."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import BENIGN, REFUSED, of_text

_ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_ENTITIES}]><testsuite><testcase name="&a9;"/></testsuite>'


ATTACK = Attack(
    "AC-40",
    "report",
    "entities of entities of entities",
    forbidden=(HUNG, GREW),
    promised=REFUSED,
    attempt=of_text(_LAUGHS),
    twin=of_text(BENIGN),
)
