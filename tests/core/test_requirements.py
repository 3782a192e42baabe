"""Which packages a repository's own files name as what it needs."""

from __future__ import annotations

import pytest

from agent_ci.core.requirements import are_requirements, is_required


@pytest.mark.parametrize(
    "text",
    [
        "pytest\nhypothesis\n",
        "hypothesis>=6.1,<7  # properties\n",
        "Hypothesis[cli]==6.130.0 \\\n    --hash=sha256:00\n",
        'test = ["pytest>=8", "hypothesis"]\n',
        '[tool.poetry.group.dev.dependencies]\nhypothesis = "^6"\n',
        '[[package]]\nname = "hypothesis"\n',
        "dependencies:\n  - python\n  - hypothesis=6.1\n",
        "deps = hypothesis ; python_version > '3.8'\n",
    ],
)
def test_a_package_that_is_named_is_needed(text: str) -> None:
    assert is_required("hypothesis", ["", text])


@pytest.mark.parametrize(
    "text",
    [
        "pytest-hypothesis\n",
        "hypothesis-jsonschema==0.23\n",
        "# hypothesis\npytest  # and hypothesis\n",
        'description = "tests a hypothesis of ours"\n',
        "git+https://host/hypothesis/tools.git\n",
    ],
)
def test_a_longer_name_a_comment_and_a_sentence_are_no_package(text: str) -> None:
    assert not is_required("hypothesis", [text])


@pytest.mark.parametrize(
    ("path", "are"),
    [
        ("pyproject.toml", True),
        ("requirements/dev.txt", True),
        ("tools/requirements-dev.in", True),
        ("uv.lock", True),
        ("environment-test.yml", True),
        ("docs/notes.txt", False),
        ("src/setup.py.orig", False),
        ("tests/test_setup.py", False),
    ],
)
def test_only_files_that_say_what_a_project_needs_are_read(path: str, *, are: bool) -> None:
    assert are_requirements(path) is are
