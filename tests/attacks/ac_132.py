"""AC-132: the branch moves on between the proof and its delivery."""

from __future__ import annotations

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.outcome import Outcome
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of
from agent_ci.errors import StaleError
from agent_ci.forges.github import GitHubActions
from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.context import Scene, Seen
from bench.diffs.notation import RIGHT
from bench.repositories import Small, git

OVERWRITTEN = "a later commit was overwritten"


def _delivered(scene: Scene, *, moves: bool) -> str:
    """How the delivery of a proven change ends, where the branch *moves* after the proof."""
    git(scene.root, "checkout", "-q", "change")
    repository = Repository.at(scene.root)
    with Clone.of(repository) as clone:
        parcel = _proven(clone, scene.commits["head"])
        if moves:
            Small(scene.root).commit({"README.md": "# Shop\n\nA person's.\n"})
        forge = GitHubActions(scene.environment("push", {}), repository, clone)
        try:
            return forge.deliver(parcel, "commit").rung
        except StaleError as error:
            return error.outcome


def _proven(clone: Clone, commit: str) -> Parcel:
    tree = clone.tree(commit).id
    patch = clone.patch(tree, clone.edit(tree, {"shop.py": RIGHT.encode()}))
    return parcel_of(patch, clone, Context("github", "o/n", "", commit, branch="change"), "fix: it\n", "0" * 16)


def _attempt(scene: Scene) -> Seen:
    outcome = _delivered(scene, moves=True)
    kept = "A person's." in (scene.root / "README.md").read_text(encoding="utf-8")
    return Seen(outcome, () if kept else (OVERWRITTEN,))


ATTACK = Attack(
    id="AC-132",
    stage="context",
    what="the branch is moved between the proof and its delivery",
    forbidden=(OVERWRITTEN, REACHED),
    promised=Outcome.STALE,
    attempt=_attempt,
    twin=lambda scene: _delivered(scene, moves=False) == "commit",
)
