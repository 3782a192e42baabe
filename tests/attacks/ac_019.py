"""Code that is tested forks up to the limit for processes, where that is not to count for root."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import SMALL, Program

_FORKS = """
import os, time
count = 0
try:
    while count < 64:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        count += 1
except OSError:
    pass
print('outcome: stopped' if count < 48 else f'outcome: {count} processes')
"""

ATTACK = Attack(
    "AC-19",
    "sandbox",
    "fork up to the limit, as root",
    forbidden=(SURVIVED,),
    promised="stopped",
    attempt=Program(code=_FORKS, unless={"": "number of processes is not limited"}),
    twin=Program(code="import threading\nfor _ in range(9): threading.Thread(target=print).start()", limits=SMALL),
)
