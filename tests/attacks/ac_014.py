"""Code that is tested asks a program that runs as root to do something for it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, READ
from bench.attacks.stages.sandbox import Program

_STATUS = "open('/proc/self/status').read()"


def _asked(*argv: str) -> str:
    done = f"subprocess.run({argv!r}, capture_output=True, stdin=subprocess.DEVNULL)"
    return f"import subprocess\nif {done}.returncode: raise OSError"


ATTACK = Attack(
    "AC-14",
    "sandbox",
    "gain rights by sudo, su or another program of root",
    forbidden=(CHANGED, READ),
    promised="denied",
    attempt=Program(
        {
            "sudo": _asked("sudo", "-n", "id"),
            "su": _asked("su", "-c", "id"),
            "newuidmap": _asked("newuidmap", "1", "0", "0", "1"),
            "rights by a program's bit": f"if 'NoNewPrivs:\\t1' in {_STATUS}: raise OSError",
            "a capability": f"if not int({_STATUS}.split('CapEff:')[1].split()[0], 16) & ~4: raise OSError",
        }
    ),
    twin=Program({"another program": "import subprocess; subprocess.run(['id'], check=True)"}),
)
