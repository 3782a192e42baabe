"""Knows what tox and nox run as tests, and in which environment: from their settings, without running them."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Read = Callable[[str], str]
Starts = Callable[[tuple[str, ...]], object]

_POSITIONAL = re.compile(r"\{posargs(?::(?P<default>(?:[^{}]|\{[^{}]*\})*))?\}")
_PLACES = {"{envpython}": "python", "{env_python}": "python", "{toxinidir}": ".", "{tox_root}": "."}
_NAMES = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The words of the command that runs the tests, and the folder of the environment that it runs in."""

    words: tuple[str, ...]
    folder: str


def read(words: tuple[str, ...], text: Read, starts_tests: Starts) -> Wrapped | None:
    """What *words*, a command that starts tox or nox, run as tests; None where they start neither, or no tests.

    *text* gives what a file of the root says, empty where there is none; *starts_tests* is true of the words of a
    command that runs tests.
    """
    plain = words[2:] if words[1:2] == ("-m",) and words[0].startswith("python") else words
    program, *rest = plain or ("",)
    if program not in ("tox", "nox"):
        return None
    at = rest.index("--") if "--" in rest else len(rest)
    names, given = _names(rest[:at]), tuple(rest[at + 1 :])
    commands = _of_tox(text, names) if program == "tox" else _of_nox(text("noxfile.py"), names)
    for name, command in commands:
        words = _filled(command, given)
        if words and starts_tests(words):
            return Wrapped(words, f".{program}/{name}")
    return None


def _names(options: list[str]) -> tuple[str, ...]:
    """The environments or sessions that the options name."""
    found: list[str] = []
    for option, value in zip(options, [*options[1:], ""], strict=False):
        if option in ("-e", "-s", "--env", "--session", "--sessions"):
            found += _NAMES.findall(value)
        elif option.startswith(("-e", "--env=", "--session=")) and not option.startswith("--env-"):
            found += _NAMES.findall(option.partition("=")[2] or option[2:])
    return tuple(found)


def _filled(command: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """The words of *command* with what tox puts in; none where it holds what we cannot know."""
    positional = shlex.join(given)
    filled = _POSITIONAL.sub(lambda found: positional or found["default"] or "", command)
    for place, meaning in _PLACES.items():
        filled = filled.replace(place, meaning)
    try:
        return () if re.search(r"\{\w+", filled) else tuple(shlex.split(filled.lstrip("-! ")))
    except ValueError:
        return ()


def _of_tox(text: Read, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each command of the named environments, of the common one where none is named or it says nothing itself."""
    sections = _sections(text)
    for name in names or ("py",):
        commands = sections.get(f"testenv:{name}") or sections.get("testenv", "")
        for line in commands.replace("\\\n", " ").splitlines():
            if line.strip():
                yield name, line.strip()


def _sections(text: Read) -> dict[str, str]:
    """The commands of each section of tox.ini, or of what pyproject.toml holds instead."""
    ini = text("tox.ini")
    try:
        facts = tomllib.loads(text("pyproject.toml")).get("tool", {}).get("tox", {})
        ini = ini or str(facts.get("legacy_tox_ini", ""))
        native = {f"testenv:{name}": _joined(facts["env"][name]) for name in facts.get("env", {})}
        native["testenv"] = _joined(facts.get("env_run_base", {}))
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        parser.read_string(ini)
    except (ValueError, AttributeError, KeyError, TypeError, configparser.Error):
        return {}
    told = {name: parser[name]["commands"] for name in parser.sections() if "commands" in parser[name]}
    return told or native


def _joined(facts: dict[str, list[list[object]]]) -> str:
    """The commands of an environment in TOML, a line each; what is replaced by what the user adds is left out."""
    commands = facts.get("commands", [])
    return "\n".join(shlex.join(word for word in command if isinstance(word, str)) for command in commands)


def _of_nox(source: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each command of the named sessions, of all where none is named."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        wanted = any(name == function.name or name.startswith(f"{function.name}-") for name in names)
        if not function.decorator_list or (names and not wanted):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run":
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                more = " {posargs}" if any(isinstance(arg, ast.Starred) for arg in node.args) else ""
                yield function.name, shlex.join(words) + more
