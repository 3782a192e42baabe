"""AC-130: a commit of ours starts the next run, which makes the next commit."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED, READ
from bench.attacks.stages.context import Scene, Seen
from bench.diffs.notation import REPAIR
from bench.repositories import git

PUSHED = "a commit was pushed"
_STAYS = "the commit stays in the checkout and counts itself"


def _delivered(scene: Scene) -> str:
    """The message of the commit that a run on a pushed branch makes."""
    git(scene.root, "checkout", "-q", "change")
    git(scene.root, "rm", "-q", ".agent-ci.yml")
    git(scene.root, "commit", "-q", "-m", "no settings")
    head = git(scene.root, "rev-parse", "HEAD")
    around = scene.environment("push", {}, GITHUB_SHA=head, GITHUB_REF_NAME="change")
    scene.fix(around, (REPAIR,), deliver="commit")
    return git(scene.root, "log", "-1", "--format=%B")


def _refs(scene: Scene) -> str:
    return git(scene.folder / "origin.git", "for-each-ref")


def _attempt(scene: Scene) -> Seen:
    before = _refs(scene)
    message = _delivered(scene)
    is_numbered = "Agent-CI-Attempt: 1" in message
    return Seen(_STAYS if is_numbered else message, () if _refs(scene) == before else (PUSHED,))


ATTACK = Attack(
    id="AC-130",
    stage="context",
    what="a commit of ours starts the run that makes the next one",
    forbidden=(PUSHED, READ, REACHED),
    promised=_STAYS,
    attempt=_attempt,
    twin=lambda scene: "fix:" in _delivered(scene),
)
