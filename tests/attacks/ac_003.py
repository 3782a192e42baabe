"""Code that is tested reads the memory of a process outside, or traces it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import READ, TOUCHED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-03",
    "sandbox",
    "read the memory and the open files of another process, or trace it",
    forbidden=(READ, TOUCHED),
    promised="denied",
    attempt=Program(known("AC-03")),
    twin=Program({"its own": "open('/proc/self/maps').read()"}),
)
