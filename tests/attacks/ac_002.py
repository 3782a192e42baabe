"""Code that is tested looks for a secret in the environment of every process that it can see."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import READ
from bench.attacks.stages.sandbox import Program, known

_ANY = """
import glob
found = b''
for name in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/self/task/*/environ'):
    try:
        found += open(name, 'rb').read()
    except OSError:
        pass
print(found.decode('utf-8', 'replace'))
if b'JOB_SECRET_TOKEN' not in found: raise KeyError(name)
"""

ATTACK = Attack(
    "AC-02",
    "sandbox",
    "read the environment of its parent, of process 1, of any process",
    forbidden=(READ,),
    promised="denied",
    attempt=Program({**known("AC-02"), "the environment of any process": _ANY}),
    twin=Program({"its own": "open('/proc/self/environ').read()"}),
)
