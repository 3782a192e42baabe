"""Code that is tested takes more memory than it may have."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, SURVIVED
from bench.attacks.stages.sandbox import MEMORY, Program

_TAKES = """
import time
held = []
for _ in range(64):
    held.append(b'x' * (8 << 20))
    time.sleep(0.02)
time.sleep(20)
print('outcome: had it all')
"""

ATTACK = Attack(
    "AC-20",
    "sandbox",
    "take 512 MiB of memory where 192 MiB are allowed",
    forbidden=(GREW, SURVIVED),
    promised=MEMORY,
    attempt=Program(code=_TAKES, everywhere=True),
    twin=Program(code="held = b'x' * (48 << 20)", everywhere=True),
)
