"""Code that is tested forks without an end, each child in a session of its own."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import TIMEOUT, Program

_STORM = """
import os, time
end, count = time.monotonic() + 2, 0
while time.monotonic() < end and count < 6:
    try:
        if os.fork() == 0: os.setsid()
    except OSError:
        time.sleep(0.01)
    count += 1
time.sleep(60)
"""

ATTACK = Attack(
    "AC-18",
    "sandbox",
    "a storm of forks, each in a session of its own",
    forbidden=(SURVIVED, HUNG),
    promised=TIMEOUT,
    attempt=Program(code=_STORM, timeout=2, everywhere=True),
    twin=Program(
        code="import os\nfor _ in range(8):\n    if os.fork() == 0: os._exit(0)\n    os.wait()", everywhere=True
    ),
)
