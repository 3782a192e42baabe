"""AC-135: somebody approves a change by a label, and its author pushes another commit before the run begins."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.context import FORK, OWN, Scene, Seen
from bench.repositories import git

_APPROVED = "the commit that was approved is judged"


def _judged(scene: Scene, source: str) -> str:
    payload = {**scene.pull_request(source), "action": "labeled", "label": {"name": "safe to test"}}
    return scene.context("pull_request_target", payload, GITHUB_REF="refs/heads/main").commit


def _attempt(scene: Scene) -> Seen:
    git(scene.root, "checkout", "-q", "change")
    git(scene.root, "commit", "-q", "--allow-empty", "-m", "pushed later")
    is_pinned = _judged(scene, FORK) == scene.commits["head"]
    return Seen(_APPROVED if is_pinned else "another commit is judged")


ATTACK = Attack(
    id="AC-135",
    stage="context",
    what="a change is approved by a label, and another commit is pushed before the run begins",
    forbidden=(REACHED,),
    promised=_APPROVED,
    attempt=_attempt,
    twin=lambda scene: _judged(scene, OWN) == scene.commits["head"],
)
