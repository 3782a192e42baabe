"""What agent-ci and CoverUp keep of the same answers of a model, each asked and judged in its own way."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_ci.errors import InfrastructureError
from bench.repair.endpoint import Endpoint
from bench.repair.peers import installed
from bench.repositories import PYTEST, Small, git, write
from bench.tests.measure import Score, measured
from bench.tests.model.mind import Scripted
from bench.tests.model.script import Script
from bench.tests.project import Project

_PINS = ("coverup==0.6.3", "pytest==8.3.5")  # what isolates its tests does not know pytest 9
_MODEL = "openai/gpt-4.1-mini"  # both look up what it costs; CoverUp knows no rate limit of it, and fetches no encoding
_KEY = "none"
_LIMIT = 300.0
_MOST_SAID = 2000
_ROOT = Path(__file__).parents[3]
_Left = tuple[Sequence[str], str]  # files of tests, and what the tool printed


@dataclass(frozen=True)
class Kept:
    """What a tool keeps, measured; ``calls`` of the model, and seconds of processor time."""

    tool: str
    score: Score
    calls: int
    processor: float


def compared(project: Project, script: Script, cache: Path, *, cosmic_python: str) -> tuple[Kept, Kept]:
    """Ours and CoverUp's. Raises InfrastructureError where CoverUp cannot be installed below *cache*."""
    python = installed(cache, *_PINS)
    ours = _kept("agent-ci", project, script, _ours, cosmic_python)
    return ours, _kept("CoverUp", project, script, lambda *given: _coverup(python, *given), cosmic_python)


def _kept(
    tool: str,
    project: Project,
    script: Script,
    run: Callable[[Project, Path, str], _Left],
    cosmic_python: str,
) -> Kept:
    mind = Scripted(script)
    with Endpoint() as endpoint, tempfile.TemporaryDirectory() as scratch:
        endpoint.mind = mind
        started, spent = time.monotonic(), _spent()
        texts, said = run(project, Path(scratch), endpoint.url)
        seconds, processor = time.monotonic() - started, _spent() - spent
    if not mind.calls:
        raise InfrastructureError(f"{tool} did not ask the model: {said[-_MOST_SAID:]}")
    found = measured(project, *texts, cosmic_python=cosmic_python)
    return Kept(tool, Score(**{**vars(found), "seconds": seconds}), mind.calls, processor)


def _spent() -> float:
    """Seconds of processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ours(project: Project, scratch: Path, url: str) -> _Left:
    """The files of tests that the command `tests` delivers for a commit that adds the module."""
    others = {path: text for path, text in project.files.items() if path != project.path}
    repository = Small.make(scratch / "project", {"README.md": "A project.\n", **others})
    base = git(repository.path, "rev-parse", "HEAD")
    repository.commit({project.path: project.source}, branch="change")
    out = scratch / "out"
    argv = [sys.executable, "-m", "agent_ci", "tests", "--repository", str(repository.path), "--base", base]
    argv += ["--proposer", "model", "--model", _MODEL, "--api-base", url, "--out", str(out), "--run", PYTEST, "--quiet"]
    said = _run(argv, _ROOT, {"AGENT_CI_API_KEY": _KEY, "PYTHONPATH": str(_ROOT)})
    patch = json.loads((out / "evidence.json").read_text("utf-8"))["patch"]
    if not patch:
        return (), said
    git(repository.path, "apply", str(out / "fix.patch"))
    return [(repository.path / path).read_text("utf-8") for path in patch["files"]], said


def _coverup(python: Path, project: Project, scratch: Path, url: str) -> _Left:
    """The files of tests that CoverUp leaves in the folder of tests."""
    root = scratch / "project"
    write(root, project.files)
    tests, source = root / "tests", root / project.roots[0]
    tests.mkdir(exist_ok=True)
    module = root / project.path
    argv = [str(python), "-m", "coverup", "--package-dir", str(module.parent), "--tests-dir", str(tests)]
    argv += ["--model", _MODEL, "--log-file", str(scratch / "log"), str(module)]
    environment = {"OPENAI_API_KEY": _KEY, "OPENAI_API_BASE": url, "OPENAI_BASE_URL": url, "HOME": str(scratch)}
    said = _run(argv, root, {**environment, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": str(source)})
    return [path.read_text("utf-8") for path in sorted(tests.glob("test_coverup_*.py"))], said


def _run(argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What the program prints: neither tool's exit code tells whether it worked."""
    around = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run(argv, cwd=folder, env=around, capture_output=True, text=True, timeout=_LIMIT, check=False)
    return done.stdout + done.stderr
