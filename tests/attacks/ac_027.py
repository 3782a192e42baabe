"""Code that is tested ends, and a grandchild keeps its output open."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import FINISHED, Program

_HOLDS = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\n    os._exit(0)"

ATTACK = Attack(
    "AC-27",
    "sandbox",
    "keep the output open after the end",
    forbidden=(HUNG, SURVIVED),
    promised=FINISHED,
    attempt=Program(code=_HOLDS, timeout=20, everywhere=True),
    twin=Program(code="import os\nif os.fork() == 0: os._exit(0)\nos.wait()", everywhere=True),
)
