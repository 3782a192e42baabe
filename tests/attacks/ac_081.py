"""A checkout holds locks that a killed git left."""

from __future__ import annotations

from agent_ci.errors import StaleError
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import REFUSED, Scene, Tampered, everything


def _locked(scene: Scene) -> str:
    for name in ("index.lock", "packed-refs.lock", "refs/heads/main.lock"):
        scene.checkout.write({f".git/{name}": ""})
    before = scene.checkout.git("rev-parse", "HEAD")
    try:
        return everything(scene)
    except StaleError:
        is_kept = scene.checkout.git("rev-parse", "HEAD") == before
        return REFUSED if is_kept and (scene.checkout.root / "a.py").read_text() == "a = 1\n" else "half of it was done"


ATTACK = Attack(
    "AC-81",
    "git",
    "locks left behind",
    forbidden=(RAN,),
    promised=REFUSED,
    attempt=Tampered(act=_locked),
    twin=Tampered(),
)
