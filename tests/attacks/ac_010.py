"""Code that is tested gives a file outside a second name in its copy."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-10",
    "sandbox",
    "make a hard link to a file outside",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program(known("AC-10")),
    twin=Program({"a hard link inside": "open('a', 'w').write('x'); os.link('a', 'b')"}),
)
