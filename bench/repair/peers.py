"""How another agent is given the same bug at the same endpoint: mini-swe-agent, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.core.environment import allowed
from agent_ci.errors import InfrastructureError
from bench.real.fetch import pip
from bench.real.prepare import copy_of, git
from bench.repair.problems import Problem

MINI = "mini-swe-agent"
_PIN = "mini-swe-agent==2.4.6"
_DRIVE = Path(__file__).with_name("peer_kit") / "drive.py"
_STEPS = 60
_GRACE = 60.0  # seconds that it may take beyond its own limit
_MOST_NAMED = 20
_TASK = """\
The build is red. Make the failing tests pass by correcting the code that they test. Never touch tests, fixtures, \
snapshots, CI files, lock files or the settings of the test run. Make the smallest change that is right.

The failing tests:

{failing}

They are run in the current folder with: python -m pytest {run}"""


@dataclass(frozen=True)
class Mind:
    """Which model both are given: its *name* as litellm takes it, where it is, and what opens it."""

    name: str
    api_base: str = ""
    api_key: str = ""


@dataclass(frozen=True)
class Tried:
    """What the peer left of a bug: its change as a diff, how it ended, and what that took; ``seconds`` are all."""

    diff: str
    status: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float

    @property
    def is_claimed(self) -> bool:
        """Whether it says that it is done."""
        return self.status == "Submitted"


def installed(cache: Path, pin: str = _PIN, *others: str) -> Path:
    """The interpreter of an environment below *cache* with the peer *pin*, and *others*. Raises InfrastructureError."""
    folder = cache / "peers" / pin
    python, finished = folder / "bin" / "python", folder / "finished"
    if not finished.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip(python, "install", pin, *others)
        finished.touch()
    return python


def statement(problem: Problem) -> str:
    """What the peer is asked: the rules that ours has, the failing tests, and the command."""
    case = problem.prepared.case
    names = [f"- {node}" for node in case.failing[:_MOST_NAMED]]
    more = len(case.failing) - len(names)
    return _TASK.format(failing="\n".join([*names, *([f"- and {more} more"] * bool(more))]), run=" ".join(case.run))


def tried(problem: Problem, python: Path, mind: Mind, *, seconds: float) -> Tried:
    """What the peer makes of *problem* in a copy of its repository. What it runs there is confined by nothing.

    Raises InfrastructureError where it cannot be run.
    """
    with copy_of(problem.prepared.repository) as tree, tempfile.TemporaryDirectory() as home:
        started = time.monotonic()
        told = _driven(python, _job(problem, tree, mind, seconds), home=Path(home), limit=seconds + _GRACE)
        taken = time.monotonic() - started
        git(tree, "add", "--update")
        git(tree, "add", "--", "*.py")
        diff = git(tree, "diff", "--cached", "--binary")
    counts = {name: int(told[name]) for name in ("calls", "prompt_tokens", "completion_tokens")}
    return Tried(diff, str(told["status"]), seconds=taken, **counts)


def _job(problem: Problem, tree: Path, mind: Mind, seconds: float) -> dict[str, object]:
    python = problem.prepared.python
    endpoint = {"api_base": mind.api_base, "api_key": mind.api_key or ("none" if mind.api_base else "")}
    roots = [str(tree / "src")] * (tree / "src").is_dir() + [str(tree)]
    return {
        "task": statement(problem),
        "folder": str(tree),
        "environment": {
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(roots),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        "model": mind.name,
        "endpoint": {"temperature": 0, **{name: value for name, value in endpoint.items() if value}},
        "steps": _STEPS,
        "seconds": seconds,
    }


def _driven(python: Path, job: dict[str, object], *, home: Path, limit: float) -> dict[str, Any]:
    environment = {
        **allowed(os.environ),
        "HOME": str(home),
        "MSWEA_GLOBAL_CONFIG_DIR": str(home),
        "MSWEA_SILENT_STARTUP": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    argv, told = (str(python), "-P", str(_DRIVE)), json.dumps(job)
    try:
        done = subprocess.run(
            argv, input=told, cwd=home, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(f"{MINI} did not end within {limit:.0f} s") from error
    try:
        return dict(json.loads(done.stdout.strip().rpartition("\n")[2]))
    except ValueError as error:
        tail = "\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-8:])
        raise InfrastructureError(f"{MINI} ended with exit code {done.returncode} and no result:\n{tail}") from error
