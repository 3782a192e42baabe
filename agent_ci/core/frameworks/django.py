"""Knows a project of Django, and the command with which its manage.py runs the tests."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath

from agent_ci.core.frameworks.options import Options

MANAGE = "manage.py"
"""The program of a project, in its root."""

_SETTINGS_OF_PYTEST = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", "conftest.py")
# https://docs.djangoproject.com/en/stable/ref/django-admin/#test
_OPTIONS = Options(
    frozenset({"--settings", "--pythonpath", "-v", "--verbosity", "--testrunner", "-t", "--top-level-directory"})
    | frozenset({"-p", "--pattern", "--tag", "--exclude-tag", "-k", "--parallel", "--shuffle", "--durations"})
)  # fmt: skip
_OURS = frozenset({"--testrunner", "--noinput", "--no-input", "--parallel", "--shuffle", "--pdb", "--failfast"})


def is_project(text: Callable[[str], str]) -> bool:
    """Whether *text*, which gives what a file of the root holds, knows a project that pytest is not set up for."""
    told = "".join(map(text, _SETTINGS_OF_PYTEST))
    return "django" in text(MANAGE) and "DJANGO_SETTINGS_MODULE" not in told and "pytest-django" not in told


def read(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The interpreter that *words* name ("" for any) and the arguments of ``manage.py test``; None for other words."""
    is_named = bool(words) and PurePosixPath(words[0]).name.startswith("python")
    program, command, *rest = (*words[is_named:], "", "")
    if posixpath.normpath(program) != MANAGE or command != "test":
        return None
    interpreter = words[0] if is_named and "/" in words[0] else ""
    return interpreter, _OPTIONS.without(tuple(filter(None, rest)), _OURS)
