"""Knows which one command a target of a Makefile runs, as far as that can be read without make."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from itertools import takewhile

_FILES = ("GNUmakefile", "makefile", "Makefile")  # in the order in which make looks for them
_RULE = re.compile(r"^(?P<targets>[^\t#:=\n][^#:=\n]*)::?(?!=)(?P<needs>[^#=\n]*)(?:#.*)?$")
_VARIABLE = re.compile(r"^(?P<name>[\w.-]+)\s*(?:\?|::?:?)?=\s*(?P<value>[^#\n]*)")
_REFERENCE = re.compile(r"\$(?:\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\})")
# What only a shell, or make itself, could make something of.
_NOT_PLAIN = re.compile(r"[$`|&;<>*?~(){}\[\]]|^\s*\w+=")
_SAYS = re.compile(r"^(?:echo|printf|true|:)\b")
_SETS_UP = re.compile(r"^(?:\S*(?:install|setup|set-up|venv|env|deps|dependencies|dev|requirements|build|clean)\S*)$")
_MOST_EXPANSIONS = 20


def read(words: tuple[str, ...], text: Callable[[str], str]) -> tuple[str, ...] | None:
    """The words of the one command that *words*, a call of make with at most one target, run; None elsewhere.

    *text* gives what a file says, empty where there is none. What a target needs first is left out where its name says
    that it sets things up; where it needs anything else, its command is not all that it does.
    """
    program, *targets = (
        word for word in words if not re.fullmatch(r"-[sikB]+|--(?:silent|quiet|no-print-directory)", word)
    )
    if (
        program not in ("make", "gmake")
        or len(targets) > 1
        or any(word.startswith("-") or "=" in word for word in targets)
    ):
        return None
    rows = next(filter(None, map(text, _FILES)), "").replace("\\\n", " ").split("\n")
    rules = dict(_rules(rows))
    own = targets[0] if targets else next((name for name in rules if not name.startswith(".")), "")
    needs, recipe = rules.get(own, ((), ()))
    if any(name in rules and rules[name][1] and not _SETS_UP.match(name) for name in needs):
        return None
    variables = {found["name"]: found["value"].strip() for row in rows if (found := _VARIABLE.match(row))}
    commands = [command for row in recipe if (command := _expanded(row, variables)) and not _SAYS.match(command)]
    if len(commands) != 1 or _NOT_PLAIN.search(commands[0]):
        return None
    try:
        return tuple(shlex.split(commands[0])) or None
    except ValueError:
        return None


def _rules(rows: list[str]) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Each target with what it needs and its recipe; one that stands twice is that of the last."""
    for number, row in enumerate(rows):
        rule = _RULE.match(row)
        if rule and not _VARIABLE.match(row):
            below = takewhile(lambda one: one.startswith("\t") or not one.strip(), rows[number + 1 :])
            recipe = tuple(one.strip() for one in below if one.strip() and not one.strip().startswith("#"))
            for target in rule["targets"].split():
                yield target, (tuple(rule["needs"].split()), recipe)


def _expanded(row: str, variables: dict[str, str]) -> str:
    """The command of a row of a recipe, with the variables that the file sets in their places."""
    command = row.lstrip("@-+ ")
    for _ in range(_MOST_EXPANSIONS):
        found = _REFERENCE.search(command)
        name = (found["round"] or found["curly"]) if found else ""
        if not found or name not in variables:
            break
        command = command[: found.start()] + variables[name] + command[found.end() :]
    return command.strip()
