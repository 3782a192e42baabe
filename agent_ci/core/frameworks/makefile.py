"""Knows which one command a target of a Makefile runs, as far as that can be read without make."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Mapping

_FILES = ("GNUmakefile", "makefile", "Makefile")  # in the order in which make looks for them
_RULE = re.compile(r"^(?P<targets>[^\t#:=\n][^#:=\n]*)::?(?!=)(?P<needs>[^#=\n]*)(?:#.*)?$")
_VARIABLE = re.compile(r"^(?P<name>[\w.-]+)\s*(?:\?|::?:?)?=\s*(?P<value>[^#\n]*)")
_REFERENCE = re.compile(r"\$(?:\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\})")
# What only a shell, or make itself, could make something of.
_NOT_PLAIN = re.compile(r"[$`|&;<>*?~(){}\[\]]|^\s*\w+=")
_SAYS = re.compile(r"^(?:echo|printf|true|:)\b")
_SETS_UP = re.compile(
    r"(?:\S*/)?\.?(?:install|setup|set-up|venv|env|deps|dependencies|requirements|clean)(?:[-_./]\S*)?"
)
# What makes the rules depend on more than the file says; so does a second recipe of one target.
_DEPENDS = re.compile(r"^\s*(?:ifn?eq|ifn?def|-?include|define)\b", re.MULTILINE)
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
    file = next(filter(None, map(text, _FILES)), "")
    rows = [] if _DEPENDS.search(file) else file.replace("\\\n", " ").split("\n")
    needs, recipes = _rules(rows)
    own = targets[0] if targets else next((name for name in needs if not name.startswith(".")), "")
    if _needs_more(own, needs, recipes):
        return None
    variables = {found["name"]: found["value"].strip() for row in rows if (found := _VARIABLE.match(row))}
    commands = [
        command for row in recipes.get(own, ()) if (command := _expanded(row, variables)) and not _SAYS.match(command)
    ]
    if len(commands) != 1 or _NOT_PLAIN.search(commands[0]):
        return None
    try:
        return tuple(shlex.split(commands[0])) or None
    except ValueError:
        return None


def _rules(rows: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What each target needs, and its recipe: all that the file says of it, wherever that stands."""
    needs: defaultdict[str, list[str]] = defaultdict(list)
    recipes: defaultdict[str, list[str]] = defaultdict(list)
    targets: list[str] = []
    for row in rows:
        said = row.strip()
        if not said or said.startswith("#"):
            continue
        if row.startswith("\t"):
            for target in targets:
                recipes[target].append(said)
            continue
        rule = None if _VARIABLE.match(row) else _RULE.match(row)
        targets = rule["targets"].split() if rule else []
        for target in targets:
            needs[target] += rule["needs"].split() if rule else ()
    return needs, recipes


def _needs_more(target: str, needs: Mapping[str, list[str]], recipes: Mapping[str, list[str]]) -> bool:
    """Whether what *target* needs, or that needs in its turn, does something that does not just set things up."""
    left, seen = list(needs.get(target, ())), set[str]()
    while left:
        name = left.pop()
        if name not in seen and not _SETS_UP.fullmatch(name):
            seen.add(name)
            left += needs.get(name, ())
    return any(recipes.get(name) for name in seen - {target})


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
