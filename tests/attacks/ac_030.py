"""Code that is tested computes without an end in C, where no signal handler runs."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import TIMEOUT, Program

ATTACK = Attack(
    "AC-30",
    "sandbox",
    "compute in C without an end",
    forbidden=(HUNG, SURVIVED),
    promised=TIMEOUT,
    attempt=Program(code="import re\nre.match('(a*)*b', 'a' * 99)", timeout=1.5, everywhere=True),
    twin=Program(code="import re\nassert re.match('(a*)*b', 'aab')", everywhere=True),
)
