"""Code that is tested mounts something over what it may not read."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, READ
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-12",
    "sandbox",
    "mount, bind, change the root",
    forbidden=(CHANGED, READ),
    promised="denied",
    attempt=Program(known("AC-12")),
    twin=Program({"what is mounted": "open('/proc/self/mounts').read()"}),
)
