"""Whether a repository names a package among what it needs: in its requirements, its pyproject.toml or a lock file."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FILES = re.compile(
    r"(?:\A|/)(?:pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|Pipfile(?:\.lock)?|(?:poetry|uv|pdm)\.lock|pylock[\w.]*\.toml"
    r"|environment[\w.-]*\.ya?ml|[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.(?:txt|in))\Z"
)


def are_requirements(path: str) -> bool:
    """Whether the file *path* is one that says what a Python project needs."""
    return bool(_FILES.search(path))


def is_required(package: str, texts: Iterable[str]) -> bool:
    """Whether one of *texts*, which are such files, names *package*; a longer name with it inside does not count."""
    named = re.compile(
        rf"(?im)(?:^|[\"'\s,\[(=]){re.escape(package)}(?:\[[\w\s,.-]*\])?\s*(?:[=<>~!;\"',@\])]|\s#|$)",
    )
    return any(named.search(line) for text in texts for line in map(_without_comment, text.splitlines()))


def _without_comment(line: str) -> str:
    return "" if line.lstrip().startswith("#") else line.partition(" #")[0]
