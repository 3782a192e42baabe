"""Code that is tested plants modules that the next run would import."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program

_NAMES = ("conftest.py", "sitecustomize.py", "usercustomize.py", "json.py", "pytest.ini", "evil.pth")
_PLANTS = f"""
import os, site
user = site.getusersitepackages()
os.makedirs(user, exist_ok=True)
for folder in ('.', user, os.path.expanduser('~'), os.environ['TMPDIR'], '../outbox'):
    for name in {_NAMES}: open(os.path.join(folder, name), 'w').write('print("outcome: PWNED")')
"""
_RUNS = f"""
import json, os
folders = ('.', os.path.expanduser('~'), os.environ['TMPDIR'], '../outbox')
left = [name for folder in folders for name in os.listdir(folder) if name in {_NAMES}]
print('outcome:', left or 'clean')
"""

ATTACK = Attack(
    "AC-33",
    "sandbox",
    "plant modules for the next run",
    forbidden=(CHANGED,),
    promised="clean",
    attempt=Program(code=_PLANTS, after=_RUNS, everywhere=True),
    twin=Program(code="import own; assert own.X == 1", files={"own.py": "X = 1"}, everywhere=True),
)
