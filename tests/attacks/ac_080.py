"""A checkout shows another commit where a commit is asked for."""

from __future__ import annotations

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Scene, Tampered


def _replaced(scene: Scene) -> str:
    checkout = scene.checkout
    first, second = checkout.git("rev-parse", "HEAD"), checkout.commit({"a.py": "a = 2\n"})
    evil = checkout.commit({"a.py": "evil\n"})
    checkout.git("reset", "--quiet", "--hard", second)
    checkout.write({".git/info/grafts": f"{second} {evil}\n"})
    checkout.git("replace", second, evil)
    return _shown(scene, first, second)


def _plain(scene: Scene) -> str:
    first = scene.checkout.git("rev-parse", "HEAD")
    return _shown(scene, first, scene.checkout.commit({"a.py": "a = 2\n"}))


def _shown(scene: Scene, first: str, second: str) -> str:
    repository = Repository.at(scene.checkout.root)
    with Clone.of(repository) as clone:
        is_right = repository.parents(second) == (first,) and clone.tree(second).read("a.py") == b"a = 2\n"
    return WORKED if is_right else "another commit was shown"


ATTACK = Attack(
    "AC-80",
    "git",
    "grafts and replacements",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(act=_replaced),
    twin=Tampered(act=_plain),
)
