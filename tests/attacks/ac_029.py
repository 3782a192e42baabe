"""Code that is tested stops itself."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import TIMEOUT, Program

_STOPS = "import os, signal\nos.fork()\nos.kill(os.getpid(), signal.SIGSTOP)"

ATTACK = Attack(
    "AC-29",
    "sandbox",
    "stop itself and a child",
    forbidden=(HUNG, SURVIVED),
    promised=TIMEOUT,
    attempt=Program(code=_STOPS, timeout=1.5, everywhere=True),
    twin=Program(code="import os, signal\nos.kill(os.getpid(), signal.SIGCONT)", everywhere=True),
)
