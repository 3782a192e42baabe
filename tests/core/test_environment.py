from __future__ import annotations

import pytest

from agent_ci.core.environment import allowed


@pytest.mark.parametrize("name", ["PATH", "LANG", "LC_ALL", "TZ", "CI", "JAVA_HOME", "GOFLAGS"])
def test_tools_and_language_are_passed_on(name: str) -> None:
    assert allowed({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    "name",
    [
        *("AGENT_CI_API_KEY", "OPENAI_API_KEY", "GITHUB_TOKEN", "CI_JOB_TOKEN", "AWS_SECRET_ACCESS_KEY"),
        *("ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "SSH_AUTH_SOCK", "GITHUB_ENV", "GITHUB_OUTPUT"),
        *("HOME", "PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "HTTPS_PROXY", "NODE_OPTIONS", "path", "PATH_TO_KEY"),
    ],
)
def test_secrets_and_what_steers_other_programs_are_not(name: str) -> None:
    assert allowed({name: "x", "PATH": "/bin"}) == {"PATH": "/bin"}


def test_what_the_user_names_is_passed_on_and_nothing_is_made_up() -> None:
    assert allowed({"DATABASE_URL": "x", "OTHER": "y"}, named=("DATABASE_URL", "MISSING")) == {"DATABASE_URL": "x"}
