"""The only module that reads the prompts shipped with the package."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from agent_ci.core.questions.prompt import PromptError, Template


def shipped() -> tuple[str, ...]:
    """The ids of all prompts, sorted."""
    files = (resources.files("agent_ci") / "prompts").iterdir()
    return tuple(sorted(file.name.removesuffix(".md") for file in files if file.name.endswith(".md")))


@lru_cache
def template(id_: str) -> Template:
    """The prompt *id_*, which is its file's name without ``.md``. Raises PromptError where there is none."""
    file = resources.files("agent_ci") / "prompts" / f"{id_}.md"
    try:
        return Template(id_, file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PromptError(f"no prompt {id_} is shipped with the package") from error
