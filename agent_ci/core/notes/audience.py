"""Knows whom a change is for: users of the project, by the files it changes, or those who work on it, or nobody."""

from __future__ import annotations

import re

from agent_ci.core.notes.values import Person, Unit
from agent_ci.core.paths import is_test_path

_BOT = re.compile(
    r"\[bot\]|^(dependabot|renovate|pre-commit-ci|pyup|greenkeeper|snyk|github-actions|allcontributors|imgbot|"
    r"weblate|transifex|crowdin|mergify|codecov|bors|copybara)\b",
    re.IGNORECASE,
)
_PREFIX = r"^(?:\w+(?:\([^)]*\))?!?:\s*)?"  # a type of Conventional Commits
_DEPENDENCY = re.compile(
    rf"{_PREFIX}(?:"
    r"(?:bump|update|upgrade|pin|unpin|lock)\b.*\b(?:from|to|dependenc|requirement|lock ?file|pre-commit|hooks?|actions?)\b"
    r"|\[pre-commit\.ci\]|pre-commit autoupdate|update dependency\b)"
    r"|^(?:chore|build|fix)\(deps",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    rf"{_PREFIX}(?:"
    r"(?:release|prepare|preparing|cut|start|begin|back to)\b.*\b(?:v?\d+\.\d+|release|development|dev)\b"
    r"|(?:bump|update|set)\b.*\bversion\b|v?\d+\.\d+(?:\.\d+)*(?:[-.]?\w+\d*)?$|version v?\d+\.\d+|merge tag\b"
    r"|(?:add|update|fix)\b.*\b(?:changelog|release notes|news)\b)",
    re.IGNORECASE,
)
_NOT_SHIPPED = re.compile(
    r"""
    (^|/)(\.github|\.gitlab|\.circleci|\.azure[\w-]*|\.devcontainer|\.vscode|\.idea|\.buildkite|\.woodpecker)/ |
    ^(docs?|documentation|website|site|examples?|demos?|bench(marks?)?|perf|scripts?|tools?|ci|news|newsfragments|
      changelog\.d|changes|\.changes|\.changeset|assets|media|rfcs?|design|hack|dev|contrib)/ |
    (^|/)(README|CONTRIBUTING|CODE_OF_CONDUCT|SECURITY|AUTHORS|CONTRIBUTORS|MAINTAINERS|GOVERNANCE|LICEN[CS]E|COPYING|
      NOTICE|CHANGELOG|CHANGES|HISTORY|NEWS|RELEASES?|TODO|ROADMAP|CODEOWNERS|CITATION)([-._][^/]*)?$ |
    (^|/)\.[^/]+$ |                                                        # settings of tools
    (^|/)(tox\.ini|noxfile\.py|Makefile|justfile|Taskfile\.ya?ml|codecov\.ya?ml|renovate\.json5?|lefthook\.ya?ml|
      mkdocs\.ya?ml|(vitest|jest|playwright|eslint|prettier|rollup|tsup)\.[^/]*config\.[^/]+|
      [\w.-]*requirements[\w.-]*\.(txt|in)|[^/]*\.lock|package-lock\.json|pnpm-lock\.yaml|go\.sum|uv\.lock)$ |
    (^|/)requirements/ |
    \.(md|rst|adoc|svg|png|jpe?g|gif|ipynb)$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_FOR_USERS = frozenset({"chore", "ci", "test", "tests", "style", "build", "refactor", "docs", "doc", "internal"})
_TYPE = re.compile(r"^(?P<type>[a-z]+)(?:\((?P<scope>[^)]*)\))?(?P<breaking>!)?:\s+", re.IGNORECASE)


def is_bot(person: Person) -> bool:
    """Whether *person* is a program that commits by itself."""
    return bool(_BOT.search(person.name) or "[bot]@" in person.address)


def conventional(title: str) -> tuple[str, bool]:
    """The type that *title* has by the rules of Conventional Commits, and whether it is marked as breaking."""
    found = _TYPE.match(title)
    return (found["type"].lower(), bool(found["breaking"])) if found else ("", False)


def without_type(title: str) -> str:
    """*title* without its type, as a person reads it."""
    return _TYPE.sub("", title)


def is_shipped(path: str) -> bool:
    """Whether users get *path*, by the habits of the common ecosystems."""
    return not (_NOT_SHIPPED.search(path) or is_test_path(path))


def is_release_work(unit: Unit) -> bool:
    """Whether *unit* does nothing but prepare a release."""
    return bool(_RELEASE.match(unit.title))


def is_dependency_work(unit: Unit) -> bool:
    """Whether *unit* moves what the project depends on, and nothing else that users see."""
    bots = bool(unit.authors) and all(map(is_bot, unit.authors))
    return bots or bool(_DEPENDENCY.match(unit.title))


def is_for_users(unit: Unit) -> bool:
    """Whether *unit* changes something that users get, and does not say that it is for others."""
    type_, is_breaking = conventional(unit.title)
    return is_breaking or (type_ not in _NOT_FOR_USERS and any(map(is_shipped, unit.paths)))
