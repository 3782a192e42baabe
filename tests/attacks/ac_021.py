"""Code that is tested takes too much memory with many processes that are small."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, SURVIVED
from bench.attacks.stages.sandbox import MEMORY, Program

_MANY = """
import os, time
for _ in range(4): os.fork()
held = b'x' * (24 << 20)
time.sleep(20)
print('outcome: had it all')
"""

ATTACK = Attack(
    "AC-21",
    "sandbox",
    "take 384 MiB with 16 processes where 192 MiB are allowed",
    forbidden=(GREW, SURVIVED),
    promised=MEMORY,
    attempt=Program(code=_MANY, everywhere=True),
    twin=Program(code="import os\nos.fork()\nheld = b'x' * (16 << 20)", everywhere=True),
)
