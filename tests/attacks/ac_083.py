"""A revision is called like an option that names a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.process import ToolError
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Scene, Tampered


def _named(scene: Scene) -> str:
    name = f"--output={Path(scene.trip).parent}/PWNED"
    repository = Repository.at(scene.checkout.root)
    with Clone.of(repository) as clone:
        calls = (repository.parents, repository.subject_and_author, clone.tree, clone.format_patch)
        refused = [_is_refused(call, name) for call in calls]
    return WORKED if all(refused) and repository.commit(name) is None else "it named something"


def _is_refused(call: Callable[[str], object], name: str) -> bool:
    try:
        call(name)
    except ToolError:
        return True
    return False


def _plain(scene: Scene) -> str:
    repository = Repository.at(scene.checkout.root)
    return WORKED if repository.subject_and_author("main") == ("a change", "Ada") else "it named nothing"


ATTACK = Attack(
    "AC-83",
    "git",
    "a revision called --output=FILE",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(act=_named),
    twin=Tampered(act=_plain),
)
