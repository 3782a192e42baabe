"""Code that is tested leaves daemons behind and ends."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import FINISHED, Program
from tests.sandboxes.survivors import DAEMONS

ATTACK = Attack(
    "AC-17",
    "sandbox",
    "leave five daemons in sessions of their own",
    forbidden=(SURVIVED,),
    promised=FINISHED,
    attempt=Program(code=DAEMONS, everywhere=True),
    twin=Program(code="import subprocess; subprocess.run(['true'], check=True)", everywhere=True),
)
