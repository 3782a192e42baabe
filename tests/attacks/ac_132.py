"""AC-132: the branch moves on between the proof and its delivery."""

from __future__ import annotations

import shutil

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.outcome import Outcome
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of
from agent_ci.errors import StaleError
from agent_ci.forges.github.actions import GitHubActions
from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.context import OWN, Scene, Seen
from bench.diffs.notation import RIGHT
from bench.repositories import git
from tests.servers.bare import Bare
from tests.servers.github import TOKEN, ForgeServer

OVERWRITTEN = "a later commit was overwritten"
_PERSONS = "by-hand.txt"


def _delivered(scene: Scene, *, moves: bool) -> tuple[str, bool]:
    """How the delivery of a proven change ends, and whether what a person pushed, if the branch *moves*, is kept."""
    git(scene.root, "checkout", "-q", "change")
    repository = Repository.at(scene.root)
    origin = shutil.copytree(scene.folder / "origin.git", scene.folder / "forge.git")
    with Clone.of(repository) as clone, ForgeServer(origin, name=OWN) as server:
        parcel = _proven(clone, scene.commits["head"])
        if moves:
            _person_pushes(server.state.bare)
        environment = scene.environment("push", {}, GITHUB_TOKEN=TOKEN, **server.variables)
        forge = GitHubActions(environment, repository, clone)
        try:
            outcome = forge.deliver(parcel, "commit").rung
        except StaleError as error:
            outcome = error.outcome
        return outcome, _PERSONS in server.state.bare.modes("refs/heads/change")


def _person_pushes(bare: Bare) -> None:
    head = bare.head("change")
    tree = bare.tree(head, [("100644", _PERSONS, bare.blob(b"by hand"))])
    bare.move("change", bare.commit(tree, [head], "by hand"), expected=head)


def _proven(clone: Clone, commit: str) -> Parcel:
    tree = clone.tree(commit).id
    patch = clone.patch(tree, clone.edit(tree, {"shop.py": RIGHT.encode()}))
    return parcel_of(patch, clone, Context("github", "o/n", "", commit, branch="change"), "fix: it\n", "0" * 16)


def _attempt(scene: Scene) -> Seen:
    outcome, is_kept = _delivered(scene, moves=True)
    return Seen(outcome, () if is_kept else (OVERWRITTEN,))


ATTACK = Attack(
    id="AC-132",
    stage="context",
    what="the branch is moved between the proof and its delivery",
    forbidden=(OVERWRITTEN, REACHED),
    promised=Outcome.STALE,
    attempt=_attempt,
    twin=lambda scene: _delivered(scene, moves=False)[0] == "commit",
)
