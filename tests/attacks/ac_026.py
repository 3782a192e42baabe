"""Code that is tested prints more than anybody can keep."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.sandbox import FINISHED, Program

_PRINTS = "import sys\nline = 'x' * 1023 + '\\n'\nfor _ in range(96): sys.stdout.write(line * 1024)"

ATTACK = Attack(
    "AC-26",
    "sandbox",
    "print 96 MiB",
    forbidden=(GREW, HUNG),
    promised=FINISHED,
    attempt=Program(code=_PRINTS, everywhere=True),
    twin=Program(code="print('x' * 100_000)", everywhere=True),
)
