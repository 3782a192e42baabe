"""AC-127: somebody without any role comments on a pull request."""

from __future__ import annotations

from agent_ci.core.context import Context, Event
from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED
from bench.attacks.stages.context import Scene, Seen

_NOT_HEARD = "what is checked out is judged, and the comment decides nothing"


def _commented(scene: Scene, association: str) -> Context:
    comment = {"body": "/agent-ci fix --deliver commit", "author_association": association, "user": {"login": "new"}}
    issue = {"number": 12, "pull_request": {"url": f"http://127.0.0.1:{scene.around.told['tcp']}/pulls/12"}}
    payload = {"comment": comment, "issue": issue, "repository": {"default_branch": "main"}}
    around = {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_SHA": scene.commits["base"]}
    return scene.context("issue_comment", payload, **around)


def _attempt(scene: Scene) -> Seen:
    found = _commented(scene, "NONE")
    is_ignored = (found.event, found.commit, found.number) == (Event.MANUAL, scene.commits["base"], None)
    return Seen(_NOT_HEARD if is_ignored else f"{found}")


def _twin(scene: Scene) -> bool:
    around = {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_SHA": scene.commits["base"]}
    found = scene.context("workflow_dispatch", {"inputs": {}}, **around)
    return (found.event, found.commit, found.branch) == (Event.MANUAL, scene.commits["base"], "main")


ATTACK = Attack(
    id="AC-127",
    stage="context",
    what="somebody without any role gives an order in a comment on a pull request",
    forbidden=(CHANGED, REACHED),
    promised=_NOT_HEARD,
    attempt=_attempt,
    twin=_twin,
)
