"""Code that is tested opens files until there is no descriptor left."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import Program

_OPENS = """
import errno
held = []
try:
    for _ in range(1000): held.append(open('/dev/null'))
except OSError as error:
    print('outcome:', errno.errorcode[error.errno])
"""

ATTACK = Attack(
    "AC-25",
    "sandbox",
    "open 1,000 files where 256 are allowed",
    forbidden=(SURVIVED,),
    promised="EMFILE",
    attempt=Program(code=_OPENS),
    twin=Program(code="held = [open('/dev/null') for _ in range(100)]"),
)
