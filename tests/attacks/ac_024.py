"""Code that is tested makes files without an end that hold nothing."""

from __future__ import annotations

from dataclasses import replace

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import DISK, SMALL, Program

_ALL = "made them all"
_EMPTY = f"""
import os, time
for folder in range(10):
    os.mkdir(f'd{{folder}}')
    for number in range(200): open(f'd{{folder}}/{{number}}', 'w').close()
time.sleep(20)
print('outcome: {_ALL}')
"""

ATTACK = Attack(
    "AC-24",
    "sandbox",
    "make 2,000 files that hold nothing",
    forbidden=(SURVIVED,),
    promised=DISK,
    attempt=Program(code=_EMPTY, limits=replace(SMALL, disk_bytes=4 << 20), everywhere=True),
    twin=Program(code="for number in range(100): open(f'{number}', 'w').close()", everywhere=True),
)
