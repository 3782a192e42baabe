"""Code that is tested writes through a symbolic link that leads out of its copy."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-09",
    "sandbox",
    "write through a symbolic link",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program(known("AC-09")),
    twin=Program({"a link inside": "os.mkdir('d'); os.symlink('d', 'e'); open('e/x', 'w').write('x')"}),
)
