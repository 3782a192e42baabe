"""Code that is tested looks for a secret in its own environment."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import READ
from bench.attacks.stages.sandbox import Program

ATTACK = Attack(
    "AC-01",
    "sandbox",
    "read a secret in its own environment",
    forbidden=(READ,),
    promised="denied",
    attempt=Program(
        {
            "a variable": "print(os.environ['JOB_SECRET_TOKEN'])",
            "all variables": "print(dict(os.environ)); os.environ['JOB_SECRET_TOKEN']",
            "a child's": "assert os.system('env') == 0; os.environ['JOB_SECRET_TOKEN']",
        },
        everywhere=True,
    ),
    twin=Program({"PATH and HOME": "os.environ['PATH'], os.environ['HOME']"}, everywhere=True),
)
