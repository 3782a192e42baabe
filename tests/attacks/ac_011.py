"""Code that is tested moves a file of its own over one outside."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-11",
    "sandbox",
    "move a file over one outside",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program(known("AC-11")),
    twin=Program({"a move inside": "open('a', 'w').write('x'); os.rename('a', 'b')"}),
)
