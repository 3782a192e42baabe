"""Code that is tested looks for the token that a checkout step left in git's settings."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import READ
from bench.attacks.stages.sandbox import Program

ATTACK = Attack(
    "AC-05",
    "sandbox",
    "read the token that a checkout left in .git/config",
    forbidden=(READ,),
    promised="denied",
    attempt=Program(
        {
            "in the copy": "print(open('.git/config').read())",
            "above the copy": "print(open('../.git/config').read())",
            "as the other git folder": "print(open('.git').read())",
        },
        of_checkout=True,
        everywhere=True,
    ),
    twin=Program({"a file of the commit": "open('README.md').read()"}, of_checkout=True, everywhere=True),
)
