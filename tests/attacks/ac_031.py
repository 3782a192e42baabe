"""Code that is tested sleeps and says nothing."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import TIMEOUT, Program

ATTACK = Attack(
    "AC-31",
    "sandbox",
    "sleep for ever in silence",
    forbidden=(HUNG, SURVIVED),
    promised=TIMEOUT,
    attempt=Program(code="import time\ntime.sleep(3600)", timeout=1.5, everywhere=True),
    twin=Program(code="import time\ntime.sleep(0.2)", everywhere=True),
)
