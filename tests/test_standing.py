"""What is wrong at the forge itself is found by reading only, and what doctor prints, done at the forge, repairs it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from agent_ci.core.doctor.complaint import Complaint
from agent_ci.examining import Examination
from agent_ci.initialising import Initialisation
from tests.checkouts import Checkout
from tests.forges.gitlab_lab import TOKEN as GITLAB_TOKEN
from tests.servers.chat import Step
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_state import Account
from tests.servers.gitlab import BOT, GitLabServer

ACTION = f"acme/agent-ci@{'0123456789abcdef' * 2}01234567"
OURS, CI, LAB = ".github/workflows/agent-ci.yml", ".github/workflows/ci.yml", ".gitlab/agent-ci.yml"
FILES = {
    CI: "name: tests\non: [push, pull_request, workflow_dispatch]\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n",
    "test_a.py": "",
}
ADMIN, ADMINISTRATOR = "ghp_admin", Account("ada", frozenset({"administration", "contents"}))
CHECKS = {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "tests / unit"}]}}
PUSHED = f"on: [push]\njobs:\n  a:\n    steps:\n      - uses: {ACTION}\n        with:\n          deliver: commit\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit(FILES)
    list(Initialisation(made.root, "github", ACTION).run())
    made.commit()
    return made


@pytest.fixture
def github(tmp_path: Path, checkout: Checkout) -> Iterator[ForgeServer]:
    checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(tmp_path / "origin.git"))
    with ForgeServer(tmp_path / "origin.git", tokens={TOKEN: Account(), ADMIN: ADMINISTRATOR}) as server:
        server.state.settings["workflow"] = {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": True,
        }
        yield server


def asked(checkout: Checkout, server: ForgeServer | GitLabServer, **tokens: str) -> tuple[dict[str, Complaint], str]:
    found, said = Examination(checkout.root, server.variables, tokens=tokens).asked()
    return {one.id: one for one in found}, said


def repaired(checkout: Checkout, server: ForgeServer | GitLabServer, complaint: Complaint, token: str = "") -> Any:
    """Do what the complaint prints and nothing else: apply the diff, or make the request; what was answered."""
    if complaint.edit:
        return checkout.git("apply", "--unidiff-zero", "-", stdin=complaint.repair.encode())
    [command] = complaint.commands
    if command.startswith("curl "):
        variables = {"PATH": os.environ["PATH"], "MAINTAINER_TOKEN": token, **server.variables}
        done = subprocess.run(("sh", "-c", command), env=variables, capture_output=True, check=True, timeout=20)
        return json.loads(done.stdout) if done.stdout.strip() else None
    program, api, flag, method, path, *fields = shlex.split(command)
    assert (program, api, flag) == ("gh", "api", "--method")
    body: dict[str, Any] = {}
    for kind, (name, _, value) in zip(fields[::2], (field.partition("=") for field in fields[1::2]), strict=True):
        typed = json.loads(value) if kind == "-F" else value
        body[name] = typed
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{server.variables['GITHUB_API_URL']}/{path}"
    assert requests.request(method, url, json=body, headers=headers, timeout=20).ok
    return None


def test_a_forge_that_is_set_up_well_gets_no_complaint_and_is_only_read(
    checkout: Checkout, github: ForgeServer
) -> None:
    complaints, said = asked(checkout, github, GH_TOKEN=ADMIN)
    assert (complaints, said) == ({}, "the forge was asked, by reading only")
    assert {seen.method for seen in github.seen} == {"GET"}


SETTINGS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "default-write": ("workflow", {"default_workflow_permissions": "write"}),
    "no-pull-requests": ("workflow", {"can_approve_pull_request_reviews": False}),
    "fork-secrets": ("fork-pr-workflows-private-repos", {"send_secrets_and_variables": True}),
}


@pytest.mark.parametrize("id_", SETTINGS)
def test_a_setting_is_found_and_the_command_repairs_it(checkout: Checkout, github: ForgeServer, id_: str) -> None:
    name, change = SETTINGS[id_]
    github.state.settings["repository"] = {"private": True}
    github.state.settings[name] = {**github.state.settings.get(name, {}), **change}
    complaints, _ = asked(checkout, github, GH_TOKEN=ADMIN)
    assert set(complaints) == {id_}
    repaired(checkout, github, complaints[id_], ADMIN)
    assert asked(checkout, github, GH_TOKEN=ADMIN)[0] == {}


RULES: Mapping[str, tuple[dict[str, Any], dict[str, str]]] = {
    "required-checks": ({"rules": [CHECKS]}, {}),
    "no-merge-group": ({"rules": [{"type": "merge_queue"}]}, {}),
    "protected-branch": ({"rules": [{"type": "pull_request"}]}, {OURS: PUSHED}),
}


@pytest.mark.parametrize("id_", RULES)
def test_a_rule_that_ours_does_not_meet_is_found_and_the_diff_repairs_it(
    checkout: Checkout, github: ForgeServer, id_: str
) -> None:
    settings, files = RULES[id_]
    checkout.commit(files) if files else None
    github.state.settings.update(settings)
    complaints, _ = asked(checkout, github, GITHUB_TOKEN=TOKEN)
    assert set(complaints) == {id_}
    repaired(checkout, github, complaints[id_])
    assert asked(checkout, github, GITHUB_TOKEN=TOKEN)[0] == {}


def test_protection_of_the_old_kind_counts_as_well(checkout: Checkout, github: ForgeServer) -> None:
    contexts = {"required_status_checks": {"contexts": ["lint"]}}
    github.state.settings["branch"] = {"protected": True, "protection": contexts}
    complaints, _ = asked(checkout, github, GITHUB_TOKEN=TOKEN)
    assert set(complaints) == {"required-checks"}
    assert "lint never run" in complaints["required-checks"].why
    repaired(checkout, github, complaints["required-checks"])
    text = (checkout.root / OURS).read_text(encoding="utf-8")
    assert text.count("secrets.AGENT_CI_FORGE_TOKEN") == 1
    assert text.count("github.token") == 1  # of the step that fetches, which only reads


def test_what_a_token_can_do_is_looked_at(checkout: Checkout, github: ForgeServer) -> None:
    github.state.scopes = "gist, read:org"
    complaint = asked(checkout, github, GH_TOKEN=ADMIN)[0]["token-scope"]
    assert complaint.repair == "gh auth refresh --scopes repo"
    github.state.scopes = "repo, gist"
    assert asked(checkout, github, GH_TOKEN=ADMIN)[0] == {}
    github.state.scopes = None
    github.state.settings["repository"] = {"permissions": {"push": False}}
    assert set(asked(checkout, github, GH_TOKEN=ADMIN)[0]) == {"token-may-not-push"}


def test_what_a_token_may_not_see_is_named_and_not_guessed(checkout: Checkout, github: ForgeServer) -> None:
    github.state.settings["workflow"] = {"default_workflow_permissions": "write"}
    complaints, said = asked(checkout, github, GITHUB_TOKEN=TOKEN)
    assert complaints == {}
    assert said == "the forge was asked, by reading only; it does not show this token: actions/permissions/workflow"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"permissions": 7, "default_branch": null}', b'"x"', b"<p>"])
def test_an_answer_that_makes_no_sense_is_no_traceback(checkout: Checkout, github: ForgeServer, body: bytes) -> None:
    github.breaks("GET", "owner/shop", Step(body), times=10)
    assert asked(checkout, github, GITHUB_TOKEN=TOKEN)[0] == {}


def test_without_a_token_the_forge_is_not_asked_and_doctor_says_how(checkout: Checkout, github: ForgeServer) -> None:
    complaints, said = asked(checkout, github)
    assert complaints == {}
    assert said.startswith("the forge was not asked: set GITHUB_REPOSITORY=owner/name and GH_TOKEN")
    assert github.seen == []


def test_a_token_that_is_none_is_said_to_be(checkout: Checkout, github: ForgeServer) -> None:
    assert "did not accept the token" in asked(checkout, github, GH_TOKEN="ghp_nobody")[1]  # noqa: S106 - made up


def test_the_command_asks_with_the_token_of_its_environment(checkout: Checkout, github: ForgeServer) -> None:
    github.state.settings["rules"] = [CHECKS]
    environment = {"PATH": os.environ["PATH"], **github.variables, "GH_TOKEN": TOKEN}
    command = (sys.executable, "-m", "agent_ci", "doctor", "--repository", str(checkout.root), "--json")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    document = json.loads(done.stdout)
    assert "required-checks" in {one["id"] for one in document["findings"]}, done.stderr
    assert document["asked"].startswith("the forge was asked")
    assert TOKEN not in done.stdout + done.stderr


@pytest.fixture
def gitlab(tmp_path: Path) -> Iterator[tuple[Checkout, GitLabServer]]:
    made = Checkout.at(tmp_path / "lab")
    made.commit({"test_a.py": ""})
    list(Initialisation(made.root, "gitlab", ACTION).run())
    made.commit()
    with GitLabServer(made, tmp_path / "hosted", GITLAB_TOKEN) as server:
        yield made, server


def test_a_gitlab_that_is_set_up_well_gets_no_complaint(gitlab: tuple[Checkout, GitLabServer]) -> None:
    checkout, server = gitlab
    server.protected["main"] = {"push_access_levels": [{"access_level": 30}, {"access_level": 40}]}
    assert asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN) == ({}, "the forge was asked, by reading only")
    assert not server.writes


@pytest.mark.parametrize(
    ("id_", "scopes", "level"), [("token-scope", ["read_api"], 30), ("token-role", ["api", "write_repository"], 20)]
)
def test_a_token_that_may_too_little_is_found_and_the_command_makes_one(
    gitlab: tuple[Checkout, GitLabServer], id_: str, scopes: list[str], level: int
) -> None:
    checkout, server = gitlab
    server.token_scopes[BOT], server.levels[BOT] = scopes, level
    server.tokens["glpat-owner"] = 12
    complaints, _ = asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN)
    assert set(complaints) == {id_}
    made = repaired(checkout, server, complaints[id_], "glpat-owner")
    assert asked(checkout, server, GITLAB_TOKEN=made["token"])[0] == {}


def test_an_open_allowlist_is_found_and_the_command_closes_it(gitlab: tuple[Checkout, GitLabServer]) -> None:
    checkout, server = gitlab
    server.job_token_scope["inbound_enabled"] = False
    complaints, _ = asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN)
    assert set(complaints) == {"job-token-open"}
    repaired(checkout, server, complaints["job-token-open"], GITLAB_TOKEN)
    assert asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN)[0] == {}


def test_commits_to_a_protected_branch_are_found_and_the_diff_repairs_it(gitlab: tuple[Checkout, GitLabServer]) -> None:
    checkout, server = gitlab
    checkout.commit({LAB: "fix:\n  script:\n    - agent-ci fix --deliver commit\n"})
    server.protected["main"] = {"push_access_levels": [{"access_level": 40}]}
    complaints, said = asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN)
    assert set(complaints) == {"protected-branch"}
    repaired(checkout, server, complaints["protected-branch"])
    assert asked(checkout, server, GITLAB_TOKEN=GITLAB_TOKEN) == ({}, said)
