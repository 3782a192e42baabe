"""Code that is tested types into the terminal of whoever started it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-15",
    "sandbox",
    "type into the caller's terminal",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program({**known("AC-15"), "the controlling terminal": "open('/dev/tty', 'w')"}),
    twin=Program({"standard output": "sys.stdout.write('')"}),
)
