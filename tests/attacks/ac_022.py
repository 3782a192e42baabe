"""Code that is tested writes one file that is larger than it may be."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import SURVIVED
from bench.attacks.stages.sandbox import Program

_LARGE = """
import errno, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open('x', 'wb') as file:
        for _ in range(20): file.write(b'x' * (1 << 20))
except OSError as error:
    print('outcome:', errno.errorcode[error.errno])
"""

ATTACK = Attack(
    "AC-22",
    "sandbox",
    "write a file of 20 MiB where 16 MiB are allowed",
    forbidden=(SURVIVED,),
    promised="EFBIG",
    attempt=Program(code=_LARGE),
    twin=Program(code="open('x', 'wb').write(b'x' * (8 << 20))"),
)
