"""Whether the same bytes are written under other hash seeds: a program that writes one project's tests, and its caller.

``seeds.py OPTIONS`` reads the project as JSON from its input and prints the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from agent_ci.proposers.characterise.proposer import Characterise
from bench.tests.project import Project
from bench.tests.workbench import reply_of, text_of

_ROOT = Path(__file__).parents[2]


def again(project: Project, seed: int, **options: int) -> str:
    """The tests that a process with the hash *seed* writes for *project*; *options* are those of the proposer."""
    argv = [sys.executable, "-m", "bench.tests.seeds", json.dumps(options)]
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(_ROOT)}
    return subprocess.run(
        argv, cwd=_ROOT, env=environment, input=as_text(project), capture_output=True, text=True, check=True
    ).stdout


def as_text(project: Project) -> str:
    """What ``main`` reads of *project*."""
    return json.dumps({**asdict(project), "files": dict(project.files)})


def differing(project: Project, seeds: int) -> int:
    """How many of *seeds* processes, each with a hash seed of its own, write other bytes than the first one."""
    first, *others = (again(project, seed) for seed in range(1, seeds + 1))
    return sum(other != first for other in others)


def main(options: str) -> None:
    """Print the tests."""
    facts = json.loads(sys.stdin.read())
    for name in ("roots", "functions"):
        facts[name] = tuple(facts[name])
    sys.stdout.write(text_of(reply_of(Project(**facts), Characterise(**json.loads(options)))))


if __name__ == "__main__":
    main(sys.argv[1])
