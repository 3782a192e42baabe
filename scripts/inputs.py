"""The inputs of action.yml and of the GitLab component that are options, written from the one table of options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from agent_ci.settings import OPTIONS, Option

_PART = re.compile(r"( *)# options: (\w+)[^\n]*\n.*?\n?\1# end of options\n", re.DOTALL)
_HEAD = "# options: {} (written by `make tables`)"

PER_RUN = tuple(option for option in OPTIONS if not option.is_policy)
"""What may be set outside of the settings file. None has a default here: the settings file may still name it."""


def written(text: str) -> str:
    """*text* with the lines between each pair of its markers written anew."""
    return _PART.sub(lambda found: _part(found[1], found[2]), text)


def _part(indent: str, name: str) -> str:
    lines = [line for option in PER_RUN for line in PARTS[name](option)]
    return "".join(f"{indent}{line}\n" for line in (_HEAD.format(name), *lines, "# end of options"))


def described(option: Option) -> str:
    """What *option* means, for a form."""
    several = ", one a line" if option.is_repeatable and not option.is_words else ""
    choices = f": {', '.join(option.choices)}" if option.choices else ""
    return f"{option.help}{several}{choices}".replace("`", "")


def _declared(option: Option) -> tuple[str, ...]:
    return f"{option.name}:", f'  description: "{described(option)}"', '  default: ""'


def _declared_with_folder(option: Option) -> tuple[str, ...]:
    """The same for a file that names the folder of the artifacts itself, so that no settings file may."""
    return (*_declared(option)[:2], f'  default: "{option.default if option.name == "out" else ""}"')


def _passed(option: Option) -> tuple[str, ...]:
    return (f"{option.variable}: ${{{{ inputs.{option.name} || env.{option.variable} }}}}",)


def _interpolated(option: Option) -> tuple[str, ...]:
    return (f'{option.variable}: "$[[ inputs.{option.name} ]]"',)


def _proposing(option: Option) -> tuple[str, ...]:
    """For the job that may not write: how to deliver is for the other one to know."""
    return () if option.name == "deliver" else _interpolated(option)


def _publishing(option: Option) -> tuple[str, ...]:
    """For the job that delivers and runs nothing."""
    return _interpolated(option) if option.name in {"base", "deliver", "out", "json", "quiet", "verbose"} else ()


PARTS: Mapping[str, Callable[[Option], tuple[str, ...]]] = MappingProxyType(
    {
        "declared": _declared,
        "folder": _declared_with_folder,
        "passed": _passed,
        "proposing": _proposing,
        "publishing": _publishing,
    }
)
PAGES = ("action.yml", "templates/agent-ci.yml")
