"""What tox and nox run is read from their settings."""

from __future__ import annotations

import shlex

import pytest

from agent_ci.core.frameworks.wrappers import read
from agent_ci.runners.pytest import read_command

TOX = """[tox]
envlist = py311, lint

[testenv]
commands =
    python -c "print({envpython})"
    {envpython} -m pytest --cov \\
        {posargs:tests}

[testenv:lint]
commands = ruff check

[testenv:odd]
commands =
    pytest {env:HOME}
    - pytest other
"""
NOX = """import nox

@nox.session(python=["3.11", "3.12"])
def tests(session):
    session.install("pytest")
    session.run("pytest", "-x", *session.posargs)

@nox.session
def lint(session):
    session.run("ruff", "check")

def helper(session):
    session.run("pytest", "no session")
"""
NATIVE = '[tool.tox.env_run_base]\ncommands = [["ruff", "check"], ["pytest", "a b", {replace = "posargs"}]]\n'
LEGACY = '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands = pytest {posargs}\n"""\n'
CASES = {
    "tox": ("tox.ini", TOX, "tox", ("python -m pytest --cov tests", ".tox/py")),
    "tox with more": (
        "tox.ini",
        TOX,
        "tox run -e py311 -- -k 'a b'",
        ("python -m pytest --cov -k 'a b'", ".tox/py311"),
    ),
    "tox of several": ("tox.ini", TOX, "python -m tox -e lint,py312", ("python -m pytest --cov tests", ".tox/py312")),
    "tox that only lints": ("tox.ini", TOX, "tox -elint", None),
    "tox with what we cannot know": ("tox.ini", TOX, "tox -e odd", ("pytest other", ".tox/odd")),
    "tox in TOML": ("pyproject.toml", NATIVE, "tox", ("pytest 'a b'", ".tox/py")),
    "tox in INI in TOML": ("pyproject.toml", LEGACY, "tox -- -x", ("pytest -x", ".tox/py")),
    "tox without settings": ("tox.cfg", TOX, "tox", None),
    "tox whose settings are broken": ("tox.ini", "[testenv\n", "tox", None),
    "nox": ("noxfile.py", NOX, "nox", ("pytest -x", ".nox/tests")),
    "nox of one session": ("noxfile.py", NOX, "nox -s tests-3.12 -- a", ("pytest -x a", ".nox/tests")),
    "nox that only lints": ("noxfile.py", NOX, "nox --session=lint", None),
    "nox that cannot be read": ("noxfile.py", "def (", "nox", None),
    "another program": ("tox.ini", TOX, "make tox", None),
}


@pytest.mark.parametrize(("file", "settings", "command", "expected"), CASES.values(), ids=CASES)
def test_the_command_and_its_environment_are_found(
    file: str, settings: str, command: str, expected: tuple[str, str] | None
) -> None:
    found = read(tuple(shlex.split(command)), lambda name: settings if name == file else "", read_command)
    assert (found and (shlex.join(found.words), found.folder)) == expected
