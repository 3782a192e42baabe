"""Code that is tested fills the disk with files that are small."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import DISK, Program

_FILES = """
import time
for number in range(800):
    open(f'{number}', 'wb').write(b'x' * 65536)
    time.sleep(0.002)
time.sleep(20)
print('outcome: wrote them all')
"""

ATTACK = Attack(
    "AC-23",
    "sandbox",
    "write 800 files of 64 KiB where 24 MiB are allowed",
    forbidden=(SURVIVED,),
    promised=DISK,
    attempt=Program(code=_FILES, everywhere=True),
    twin=Program(code="for number in range(80): open(f'{number}', 'wb').write(b'x' * 65536)", everywhere=True),
)
