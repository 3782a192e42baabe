"""AC-131: the run of a fork's workflow, on a branch with the name of the default branch, starts ours."""

from __future__ import annotations

from agent_ci.core.context import Context
from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED
from bench.attacks.stages.context import FORK, OWN, Scene, Seen

_STRANGER = "a stranger's change, and not the default branch"


def _after(scene: Scene, source: str, event: str, branch: str) -> Context:
    run = {
        "event": event,
        "head_branch": branch,
        "head_sha": scene.commits["head"],
        "head_repository": {"full_name": source},
        "pull_requests": [],
    }
    return scene.context("workflow_run", {**scene.pull_request(source), "workflow_run": run})


def _attempt(scene: Scene) -> Seen:
    events = ("pull_request", "push", "pull_request_target", "issue_comment")
    found = [_after(scene, FORK, event, "main") for event in events]
    is_known = all(one.from_fork and not one.is_on_default_branch for one in found)
    return Seen(_STRANGER if is_known else f"{found}")


ATTACK = Attack(
    id="AC-131",
    stage="context",
    what="a fork's workflow, on a branch named as the default branch is, starts ours with our secrets",
    forbidden=(CHANGED, REACHED),
    promised=_STRANGER,
    attempt=_attempt,
    twin=lambda scene: _after(scene, OWN, "push", "main").is_on_default_branch,
)
