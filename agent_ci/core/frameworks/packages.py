"""Knows which test programs a package.json uses, and how its scripts and people's commands start them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from functools import partial

from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.javascript import Jest, Mocha, Playwright, Vitest
from agent_ci.core.frameworks.kind import Kind, Manifest, after

_Make = Callable[[tuple[str, ...], tuple[tuple[str, str], ...]], Framework]

_LAUNCHERS = (
    *(("npx", "--no-install"), ("npx", "--yes"), ("npx", "-y"), ("npx",), ("npm", "exec", "--"), ("npm", "exec")),
    *(("yarn", "run"), ("yarn",), ("pnpm", "exec"), ("pnpm", "run"), ("pnpm", "dlx"), ("pnpm",), ("bunx",)),
)
_VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_OF_A_SHELL = re.compile(r"[;&|<>`$\n]")
_EXPANDS = re.compile(r"`|\$[\w{(]")
# A command of a script with its quotes, up to what ends it or leads its output elsewhere.
_COMMAND = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|(?!\d?[<>])[^;&|<>\n'"\\])+""", re.DOTALL)


def scripted(words: tuple[str, ...], manifest: str) -> tuple[str, ...]:
    """The words of the script of package.json, whose text is *manifest*, that *words* start with npm, yarn or pnpm.

    Empty where they start no script, or one that is more than one command, or that only a shell understands.
    """
    rest = after(words, ("npm", "run"), ("yarn", "run"), ("pnpm", "run"), ("npm",), ("yarn",), ("pnpm",))
    script = _facts(manifest)[1].get({"t": "test"}.get(rest[0], rest[0]), "") if rest else ""
    return () if _OF_A_SHELL.search(script) else _words(script)


def _facts(text: str) -> tuple[frozenset[str], dict[str, str]]:
    """The packages that a package.json depends on, and its scripts; nothing where it cannot be read."""
    try:
        facts = json.loads(text)
        named = frozenset({**facts.get("dependencies", {}), **facts.get("devDependencies", {})})
        scripts = {str(name): str(script) for name, script in facts.get("scripts", {}).items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return frozenset(), {}
    return named, scripts


def _found(make: _Make, program: str, package: str, manifest: Manifest) -> Framework | None:
    """The framework where the project depends on *package* and a script starts it, or none starts another one."""
    named, scripts = _facts(manifest.text)
    if package not in named:
        return None
    likely = sorted(scripts, key=lambda name: (name != "test", not name.startswith("test"), name))
    for name in likely:
        for part in _COMMAND.findall(scripts[name]):
            if framework := _read(make, program, _words(part)):
                return make((), ()) if _EXPANDS.search(part) else framework  # what a shell would put in is not known
    is_alone = len(named & _PACKAGES) == 1 and not re.search(r"\w", scripts.get("test", "").replace("no test", ""))
    return make((), ()) if is_alone or "test" not in scripts else None


def _read(make: _Make, program: str, words: tuple[str, ...]) -> Framework | None:
    variables: list[tuple[str, str]] = []
    rest = list(words)
    while rest and (rest[0] in ("cross-env", "env") or _VARIABLE.fullmatch(rest[0])):
        if found := _VARIABLE.fullmatch(rest[0]):
            variables.append((found[1], found[2]))
        rest.pop(0)
    plain = tuple(rest)
    launched = after(plain, *_LAUNCHERS)
    started = launched if launched is not None else plain
    if not started or started[0].rpartition("/")[2] not in (program, f"{program}.js", f"{program}.mjs"):
        started = _by_node(plain, program)
    if not started or started[0].startswith("/"):
        return None  # a program of another place than the project, which npx would not find
    arguments = started[1:]
    if program == "playwright":
        return make(arguments[1:], tuple(variables)) if arguments[:1] == ("test",) else None
    if program == "vitest" and arguments[:1] in (("run",), ("watch",), ("dev",)):
        arguments = arguments[1:]
    return make(arguments, tuple(variables))


def _by_node(words: tuple[str, ...], program: str) -> tuple[str, ...]:
    """The words from the program on, where ``node`` and its own options stand in front of it."""
    if words[:1] != ("node",):
        return ()
    at = next((at for at, word in enumerate(words) if at and not word.startswith("-")), 0)
    path = words[at] if at else ""
    return words[at:] if re.search(rf"node_modules/(?:\.bin/)?{program}\b", path) else ()


def _words(script: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(script))
    except ValueError:
        return ()


_PACKAGES = frozenset({"jest", "vitest", "mocha", "@playwright/test"})


def _kind(make: _Make, program: str, package: str) -> Kind:
    return Kind(
        program,
        ("package.json",),
        partial(_found, make, program, package),
        partial(_read, make, program),
        programs=("npx",),
        installed=f"node_modules/{package}",
    )


KINDS = (
    _kind(Jest, "jest", "jest"),
    _kind(Vitest, "vitest", "vitest"),
    _kind(Mocha, "mocha", "mocha"),
    _kind(Playwright, "playwright", "@playwright/test"),
)
