"""AC-133: the pull request is closed, merged or given another target while the run goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.outcome import Outcome
from agent_ci.delivery import parcel_of
from agent_ci.errors import AgentCIError
from agent_ci.forges.github.actions import GitHubActions
from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.context import OWN, Scene, Seen
from bench.diffs.notation import RIGHT
from bench.repositories import git
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_state import State

WRITTEN = "something was written for a pull request that is another one by now"
_RUNGS = ("commit", "pull-request")


def _retargeted(state: State) -> None:
    state.pulls[12]["base"]["ref"] = "change"


_MEANWHILE: tuple[Callable[[State], None], ...] = (
    lambda state: state.close(12),
    lambda state: state.close(12, merged=True),
    _retargeted,
)


def _delivered(scene: Scene, rung: str, meanwhile: Callable[[State], None]) -> tuple[str, bool]:
    """How the delivery of a proven change by *rung* ends after *meanwhile*, and whether anything was written."""
    git(scene.root, "checkout", "-q", "change")
    repository = Repository.at(scene.root)
    origin = scene.folder / "forge.git"
    shutil.copytree(scene.folder / "origin.git", origin, dirs_exist_ok=True)
    with Clone.of(repository) as clone, ForgeServer(origin, name=OWN) as server:
        made = server.state.open_request("change")
        server.state.pulls[12] = {**server.state.pulls.pop(made), "number": 12}
        meanwhile(server.state)
        tree = clone.tree(scene.commits["head"]).id
        patch = clone.patch(tree, clone.edit(tree, {"shop.py": RIGHT.encode()}))
        context = Context("github", OWN, "", scene.commits["head"], branch="change", number=12)
        parcel = parcel_of(patch, clone, context, "fix: it\n", "0" * 16)
        job = {**server.variables, "GITHUB_TOKEN": TOKEN}
        forge = GitHubActions(scene.environment("pull_request", scene.pull_request(OWN), **job), repository, clone)
        try:
            outcome = forge.deliver(parcel, rung).rung
        except AgentCIError as error:
            outcome = str(error.outcome)
        return outcome, bool(server.writes)


def _attempt(scene: Scene) -> Seen:
    seen = [_delivered(scene, rung, meanwhile) for rung in _RUNGS for meanwhile in _MEANWHILE]
    outcomes = {outcome for outcome, _ in seen}
    return Seen(" or ".join(sorted(outcomes)), (WRITTEN,) if any(is_written for _, is_written in seen) else ())


ATTACK = Attack(
    id="AC-133",
    stage="context",
    what="a pull request is closed, merged or given another target while the run goes on",
    forbidden=(WRITTEN, REACHED),
    promised=Outcome.STALE,
    attempt=_attempt,
    twin=lambda scene: _delivered(scene, "commit", lambda _state: None) == ("commit", True),
)
