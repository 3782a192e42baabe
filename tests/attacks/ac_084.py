"""A branch has a name that a shell or Markdown would act on."""

from __future__ import annotations

from agent_ci.checkout import Repository
from agent_ci.core.outward.markdown import code, sentence
from agent_ci.core.outward.writer import Outward, Sink
from bench.attacks.acts import acted, obeyed
from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Scene, Tampered, everything

_NAMES = (
    "a$(touch${IFS}PWNED)", "a`touch${IFS}PWNED`", "a;touch${IFS}PWNED", "a|b", "a${IFS}b", "a\u202eb", "a%0Ab", 'a"b',
    "a'b", "<b>", "@all", "#1",
)  # fmt: skip


def _named(scene: Scene) -> str:
    wrong = [name for name in _NAMES if not _is_plain(scene, name)]
    return f"these were more than names: {wrong}" if wrong else everything(scene)


def _is_plain(scene: Scene, name: str) -> bool:
    """Whether *name* is read as it is, and shown as a name only."""
    scene.checkout.git("update-ref", f"refs/heads/{name}", "HEAD")
    scene.checkout.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
    repository = Repository.at(scene.checkout.root)
    shown = Outward().to(Sink.MARKDOWN, f"on {code(name)}: {sentence(name)}, {name}")
    is_read = repository.branch() == name and repository.commit(f"refs/heads/{name}") == repository.head()
    return is_read and not acted(shown) and not obeyed(shown)


def _plain(scene: Scene) -> str:
    return everything(scene) if _is_plain(scene, "feature/x-1.2") else "the name was read as another"


ATTACK = Attack(
    "AC-84",
    "git",
    "branches called a$(id), a;id, a|b and the like",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(act=_named),
    twin=Tampered(act=_plain),
)
