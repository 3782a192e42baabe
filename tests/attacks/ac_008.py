"""Code that is tested writes outside of its folders."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-08",
    "sandbox",
    "write to /etc, the home, installed packages, the runner's folders",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program(
        {
            **known("AC-08"),
            "an installed package": "open(bait['site'] + '/agent-ci-was-here', 'w')",
            "the mode of a file": "os.chmod(bait['open'] + '/file', 0)",
            "the owner of a file": "os.chown(bait['open'] + '/file', os.getuid(), -1)",
            "the time of a file": "os.utime(bait['open'] + '/file')",
            "an attribute of a file": "os.setxattr(bait['open'] + '/file', 'user.x', b'x')",
        },
        unless={
            "the time of a file": "times",
            "an attribute of a file": "attributes",
            "the mode of a file": "modes of files that this user owns",
        },
    ),
    twin=Program(
        {
            "its own folders": (
                "for place in ('x', '../outbox/x', os.environ['TMPDIR'] + '/x'): open(place, 'w').write('x')"
            )
        }
    ),
)
