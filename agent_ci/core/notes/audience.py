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
_MOVES_DEPENDENCIES = re.compile(
    r"^(dependabot|renovate|pre-commit-ci|pyup|greenkeeper|snyk|github-actions)\b", re.IGNORECASE
)
_ASSISTANT = re.compile(
    r"(?:\d+\+)?copilot@users\.noreply\.github\.com|noreply@anthropic\.com|cursoragent@cursor\.com|"
    r"(?:noreply|aider)@aider\.chat|(?:noreply|codex)@openai\.com|amp@ampcode\.com",
    re.IGNORECASE,
)
_PREFIX = r"^(?:\w+(?:\([^)]*\))?!?:\s*)?"  # a type of Conventional Commits
_DEPENDENCY = re.compile(
    rf"{_PREFIX}(?:"
    r"(?:bump|update|upgrade|pin|unpin|lock)\b.*(?:\b(?:from|to)\s+\W?v?\d|\b(?:dependenc|requirement|lock ?file|"
    r"pre-commit|hooks?\b|actions?$|submodules?\b))"
    r"|\[pre-commit\.ci\]|pre-commit autoupdate|update dependency\b"
    r"|(?:bump|upgrade) (?:to )?[\w./@-]+(?: v?\d[\w.]*)?$)"
    r"|^(?:chore|build|fix)\(deps",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    rf"{_PREFIX}(?:"
    r"(?:release|prepare|preparing|cut|start|begin|back to)\b.*\b(?:v?\d+\.\d+|release|development|dev)\b"
    r"|(?:bump|update|set|increment)(?: the)?(?: \w+)? versions?(?: numbers?)?(?: (?:to|from)\b.*|:? v?\d.*)?$"
    r"|v?\d+\.\d+(?:\.\d+)*(?:[-.]?\w+\d*)?$|version v?\d+\.\d+|[\w.-]+ v?\d+\.\d+\.\d+\S*$|merge tag\b"
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
_MANIFEST = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(py|cfg)|package\.json|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(\.kts)?|MANIFEST\.in|"
    r"Gemfile|[^/]+\.gemspec|mix\.exs|composer\.json)$",
    re.IGNORECASE,
)
_TOLD_BY_MANIFEST = re.compile(
    r"\b(python|node|rust|ruby|php|java|go) ?v?\d|\b(support\w*|drop\w*|requir\w+|depend\w+|extras?|licen[cs]e|"
    r"entry.?points?|minimum|msrv|wheels?|sdist|packag\w+|py\.typed)\b",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"\b(ruff|mypy|pyright|flake8|pylint|isort|clippy|eslint|prettier|linter?s?|linting|typos?|docstrings?|todos?|"
    r"code coverage|dead code|no.?cover|test suite|continuous integration)\b|\bCI\b(?!/)|^(?:test|tests|skip)\b|"
    r"^(?:mov\w+|regroup\w*|split)\b.*\b(functions?|helpers?|util\w*)\b",
)
_NOT_FOR_USERS = frozenset({"chore", "ci", "test", "tests", "style", "build", "refactor", "docs", "doc", "internal"})
_TYPE = re.compile(r"^(?P<type>[a-z]+)(?:\((?P<scope>[^)]*)\))?(?P<breaking>!)?:\s+", re.IGNORECASE)


def is_bot(person: Person) -> bool:
    """Whether *person* is a program that commits by itself."""
    return bool(_BOT.search(person.name) or "[bot]@" in person.address)


def is_program(person: Person) -> bool:
    """Whether *person* is a program: one that commits by itself, or one that helped somebody to write."""
    return is_bot(person) or bool(_ASSISTANT.fullmatch(person.address))


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
    if unit.authors and all(_MOVES_DEPENDENCIES.search(person.name) for person in unit.authors):
        return True
    by_program = bool(unit.authors) and all(map(is_bot, unit.authors))
    return (by_program or bool(_DEPENDENCY.match(unit.title))) and not any(map(_is_product, unit.paths))


def is_for_users(unit: Unit) -> bool:
    """Whether *unit* changes something that users get, and does not say that it is for others."""
    type_, is_breaking = conventional(unit.title)
    if is_breaking or type_ in _NOT_FOR_USERS:
        return is_breaking
    if any(map(_is_product, unit.paths)):
        return bool(type_) or not _HOUSEKEEPING.search(unit.title)
    return any(map(is_shipped, unit.paths)) and bool(_TOLD_BY_MANIFEST.search(unit.title))


def _is_product(path: str) -> bool:
    """Whether *path* is shipped, and more than the project's description of itself to its tools."""
    return is_shipped(path) and not _MANIFEST.search(path)
