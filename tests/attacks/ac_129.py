"""AC-129: a bot opens a pull request from a fork, under the name of one that teams trust."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED
from bench.attacks.stages.context import FORK, OWN, Scene, Seen

_BOT = "dependabot[bot]"
_STRANGER = "the change is a stranger's, whoever sent it"


def _attempt(scene: Scene) -> Seen:
    payload = {**scene.pull_request(FORK, user={"login": _BOT}), "sender": {"login": _BOT, "type": "Bot"}}
    found = scene.context("pull_request", payload, GITHUB_ACTOR=_BOT)
    return Seen(_STRANGER if found.from_fork and not found.is_on_default_branch else f"{found}")


def _twin(scene: Scene) -> bool:
    found = scene.context("pull_request", scene.pull_request(OWN), GITHUB_ACTOR=_BOT)
    return (found.from_fork, found.actor) == (False, _BOT)


ATTACK = Attack(
    id="AC-129",
    stage="context",
    what="a bot with a trusted name sends a pull request from a fork",
    forbidden=(CHANGED, REACHED),
    promised=_STRANGER,
    attempt=_attempt,
    twin=_twin,
)
