"""A tag is called like a branch, and a branch like the path of another."""

from __future__ import annotations

from agent_ci.checkout import Repository
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Scene, Tampered, everything
from tests.checkouts import Checkout


def _refs(checkout: Checkout, _trip: str) -> None:
    first = checkout.git("rev-parse", "HEAD")
    checkout.commit({"a.py": "a = 1\n", "c.py": ""})
    for name in ("refs/tags/main", "refs/heads/refs/heads/main", "refs/main", "refs/heads/HEAD"):
        checkout.git("update-ref", name, first)


def _looked(scene: Scene) -> str:
    repository = Repository.at(scene.checkout.root)
    is_right = repository.branch() == "main" and repository.head() == repository.commit("refs/heads/main")
    return everything(scene) if is_right else "another commit was taken for the branch"


ATTACK = Attack(
    "AC-85",
    "git",
    "refs that are called like others",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(_refs, act=_looked),
    twin=Tampered(act=_looked),
)
