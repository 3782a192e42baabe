"""A commit holds a bare repository with settings of its own."""

from __future__ import annotations

from agent_ci.checkout import Repository
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import REFUSED, Scene, Tampered, everything
from tests.checkouts import Checkout
from tests.test_git import embedded_bare_repository


def _below(scene: Scene) -> str:
    return everything(scene) if Repository.at(scene.checkout.root / "inner").head() else "no commit"


def _plain_folder(checkout: Checkout, _trip: str) -> None:
    checkout.commit({"inner/x.txt": "x"})


ATTACK = Attack(
    "AC-76",
    "git",
    "a bare repository in a folder",
    forbidden=(RAN,),
    promised=REFUSED,
    attempt=Tampered(embedded_bare_repository, act=_below),
    twin=Tampered(_plain_folder, act=_below),
)
