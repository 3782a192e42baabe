"""Code that is tested edits the files that are judged."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program

_EDITS = "import os\nopen('shop.py', 'w').write('FREE = True')\nos.remove('test_shop.py')"
_LOOKS = "import os\nprint('outcome:', open('shop.py').read(), os.path.exists('test_shop.py'))"
_FILES = {"shop.py": "FREE = False", "test_shop.py": ""}

ATTACK = Attack(
    "AC-32",
    "sandbox",
    "edit the source and remove the tests for the next run",
    forbidden=(CHANGED,),
    promised="FREE = False True",
    attempt=Program(code=_EDITS, after=_LOOKS, files=_FILES, everywhere=True),
    twin=Program(code="assert open('shop.py').read() == 'FREE = False'", files=_FILES, everywhere=True),
)
