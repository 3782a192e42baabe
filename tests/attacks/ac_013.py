"""Code that is tested makes a user namespace, in which it would be root."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, READ
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-13",
    "sandbox",
    "make or enter a namespace",
    forbidden=(CHANGED, READ),
    promised="denied",
    attempt=Program(known("AC-13")),
    twin=Program({"a child": "assert os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', ':'], {}), 0)[1] == 0"}),
)
