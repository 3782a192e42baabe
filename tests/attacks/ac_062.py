"""Code that is tested writes to the files by which a step sets variables for the steps after it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, FILE_COMMANDS
from bench.attacks.stages.sandbox import Program

_VARIABLES = ("LD_PRELOAD", "BASH_ENV", "PATH", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT")
_NAMED = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
_LINES = "".join(f"{name}=./evil\\n" for name in _VARIABLES)

ATTACK = Attack(
    "AC-62",
    "sandbox",
    "set variables for the next steps through the runner's files",
    forbidden=(CHANGED,),
    promised="denied",
    attempt=Program(
        {
            **{name: f"open(os.environ['{name}'], 'a').write('{_LINES}')" for name in _NAMED},
            **{name: f"open(bait['commands'] + '/{name}', 'a').write('{_LINES}')" for name in FILE_COMMANDS},
        }
    ),
    twin=Program({"its own variables": "os.environ['LD_PRELOAD'] = 'x'; os.environ.pop('LD_PRELOAD')"}),
)
