"""AC-126: a pull request from a fork, in a job that holds a token and was told to open a pull request."""

from __future__ import annotations

import shutil

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED, READ
from bench.attacks.stages.context import FORK, OWN, Scene, Seen
from bench.diffs.notation import REPAIR
from tests.servers.github import TOKEN, ForgeServer

_AS_A_FILE = "a stranger's change, repaired, and left as a patch file"


def _fixed(scene: Scene, source: str) -> tuple[bool, str]:
    origin = shutil.copytree(scene.folder / "origin.git", scene.folder / "forge.git")
    with ForgeServer(origin, name=OWN) as server:
        server.state.open_request("change", repository=source, number=12)
        job = {**server.variables, "GITHUB_TOKEN": TOKEN}
        around = scene.environment("pull_request_target", scene.pull_request(source), **job)
        document = scene.fix(around, (REPAIR,), deliver="pull-request")
    rung = document["delivery"].get("rung", "none") if document["delivery"] else "none"
    return document["context"]["from_fork"], f"{document['outcome']}, {rung}"


def _attempt(scene: Scene) -> Seen:
    from_fork, said = _fixed(scene, FORK)
    return Seen(_AS_A_FILE if from_fork and said == "fixed, patch" else said)


ATTACK = Attack(
    id="AC-126",
    stage="context",
    what="a pull request comes from a fork, and the job holds a token and asks for a pull request",
    forbidden=(READ, CHANGED, REACHED),
    promised=_AS_A_FILE,
    attempt=_attempt,
    twin=lambda scene: _fixed(scene, OWN) == (False, "delivered, pull-request"),
)
