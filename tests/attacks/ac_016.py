"""Code that is tested sends signals to processes that are not its own."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import TOUCHED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-16",
    "sandbox",
    "signal processes outside",
    forbidden=(TOUCHED,),
    promised="denied",
    attempt=Program(
        {**known("AC-16"), "end it": "os.kill(int(bait['pid']), 9)"},
        unless=dict.fromkeys((*known("AC-16"), "end it"), "can be sent signals"),
    ),
    twin=Program({"itself": "os.kill(os.getpid(), 0)"}),
)
