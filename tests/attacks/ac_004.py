"""Code that is tested looks for credentials in the home of the user."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import IN_HOME, READ
from bench.attacks.stages.sandbox import Program, known

ATTACK = Attack(
    "AC-04",
    "sandbox",
    "read the credentials in the user's home",
    forbidden=(READ,),
    promised="denied",
    attempt=Program(
        {
            **known("AC-04"),
            **{f"~/{name}": f"print(open(bait['home'] + '/{name}').read())" for name in IN_HOME},
            **{f"$HOME/{name}": f"print(open(os.path.expanduser('~/{name}')).read())" for name in IN_HOME},
        }
    ),
    twin=Program({"a home of its own": "open(os.path.expanduser('~/x'), 'w').write('x')"}),
)
