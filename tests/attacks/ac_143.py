"""AC-143: the environment asks litellm to log everything, headers with the key included."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED, READ
from bench.attacks.stages.models import HONEST, Scene, Seen
from bench.diffs.notation import COMMAND, REPORT


def _run(scene: Scene, **variables: str) -> tuple[str, str]:
    """How a whole run of the command line ends, and everything it prints."""
    scene.server.play(always=HONEST)
    options = ("--repository", str(scene.folder / "repository"), "--out", str(scene.folder / "out"), "--json")
    tests = ("--run", COMMAND, "--report", REPORT, "--repeat", "1", "--sandbox", "none")
    model = ("--proposer", "model", "--model", "scripted", "--api-base", scene.server.url)
    command = (sys.executable, "-m", "agent_ci", "fix", *options, *tests, *model)
    # The scanner's library keeps a list of plug-ins in the user's cache.
    around = {**scene.environment, "XDG_CACHE_HOME": str(scene.folder / "cache"), **variables}
    done = subprocess.run(command, env=around, capture_output=True, text=True, check=False, timeout=120)
    return str(json.loads(done.stdout)["outcome"]), done.stdout + done.stderr


def _attempt(scene: Scene) -> Seen:
    outcome, said = _run(scene, LITELLM_LOG="DEBUG", OPENAI_LOG="debug", HTTPX_LOG_LEVEL="trace")
    return Seen(outcome, said=said)


ATTACK = Attack(
    id="AC-143",
    stage="model",
    what="the environment asks the model's client to log everything, headers with the key included",
    forbidden=(READ, CHANGED, REACHED),
    promised="fixed",
    attempt=_attempt,
    twin=lambda scene: _run(scene)[0] == "fixed",
)
