"""Code that is tested does not listen when it is asked to end."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, SURVIVED
from bench.attacks.stages.sandbox import TIMEOUT, Program

_DEAF = "import signal, time\nfor n in (1, 2, 3, 15): signal.signal(n, signal.SIG_IGN)\ntime.sleep(60)"

ATTACK = Attack(
    "AC-28",
    "sandbox",
    "ignore every signal that can be ignored",
    forbidden=(HUNG, SURVIVED),
    promised=TIMEOUT,
    attempt=Program(code=_DEAF, timeout=1.5, everywhere=True),
    twin=Program(code="import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)", everywhere=True),
)
