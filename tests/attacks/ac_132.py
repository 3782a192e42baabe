"""AC-132: the branch moves on between the proof and its delivery."""

from __future__ import annotations

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict
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
        verdict = _proven(clone, scene.commits["head"])
        if moves:
            Small(scene.root).commit({"README.md": "# Shop\n\nA person's.\n"})
        forge = GitHubActions(scene.environment("push", {}), repository, clone)
        try:
            return forge.deliver(verdict, "commit").rung
        except StaleError as error:
            return error.outcome


def _proven(clone: Clone, commit: str) -> Verdict:
    tree = clone.tree(commit).id
    patch = clone.patch(tree, clone.edit(tree, {"shop.py": RIGHT.encode()}))
    red = TestCase("tests/test_shop.py::test_total", Status.FAILED, "999 != 1249")
    evidence = Evidence("fix", "one case fails", tree=tree, before=TestReport.of(red), targets=(red,))
    attempt = Attempt(Reply("replay"), patch, after=TestReport.of(TestCase(red.id, Status.PASSED)))
    return Verdict(Outcome.FIXED, "proven", evidence, (attempt,))


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
