"""A checkout says that its files lie in another folder."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, READ
from bench.attacks.stages.git import REFUSED, Scene, Tampered, everything, setting


def _elsewhere(scene: Scene) -> str:
    scene.checkout.git("config", "core.worktree", str(scene.around.folder / "home"))
    return everything(scene)


ATTACK = Attack(
    "AC-77",
    "git",
    "core.worktree elsewhere",
    forbidden=(
        READ,
        CHANGED,
    ),
    promised=REFUSED,
    attempt=Tampered(act=_elsewhere),
    twin=Tampered(setting(("core.bare", "false"))),
)
