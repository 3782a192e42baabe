"""Every request that the adapter makes is one that GitHub's own description of its API and our fake both know.

The description is MIT-licensed and large, so that it is not part of this repository: GITHUB_OPENAPI names a
file that holds it, or a part of it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has none
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from agent_ci.core.note import Note
from agent_ci.core.views.story import Story
from agent_ci.forges.github import issues, runs, standing
from agent_ci.forges.github.committing import _MUTATION
from tests.forges.github.lab import FINGERPRINT, FIXED, Lab
from tests.servers.github import Seen

_CORPUS = Path(os.environ.get("AGENT_CI_CORPUS") or Path(__file__).parents[3].parent / "shared")
SPECIFICATION = Path(os.environ.get("GITHUB_OPENAPI") or _CORPUS / "testbed/github-openapi-subset.json")
MARKER = "<!-- agent-ci -->"
LEAST_CHECKED = 12  # operations of the adapter that the known part of the description holds


def _commit(lab: Lab, _number: int) -> None:
    lab.forge().deliver(lab.parcel({**FIXED, "run.sh": b"exit 0\n", "old.py": None}), "commit")


def _suggestion(lab: Lab, number: int) -> None:
    lab.forge().deliver(lab.parcel(number=number), "suggestion")


def _pull_request(lab: Lab, _number: int) -> None:
    lab.forge().deliver(lab.parcel(), "pull-request")
    lab.forge().deliver(lab.parcel(title="better"), "pull-request")


def _told(lab: Lab, number: int) -> None:
    notes = tuple(Note("shop.py", line, line, "warning", "red", "x") for line in range(1, 61))
    check = {"name": "agent-ci", "conclusion": "success", "text": "x"}
    for text in ("one", "two"):
        lab.forge().tell(Story(MARKER, f"{MARKER}\n{text}", check=check, notes=notes), lab.context(number))


def _issue(lab: Lab, _number: int) -> None:
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    issues.settle(lab.project(), FINGERPRINT)


def _red_run(lab: Lab, _number: int) -> None:
    lab.server.state.red_run(5, lab.head)
    lab.server.state.jobs[5] = [{"id": 1, "name": "test", "conclusion": "failure"}]
    lab.server.store["actions/jobs/1/logs"] = b"log"
    runs.red_run(lab.environment(GITHUB_RUN_ID="5"), timing=lab.passing.timing())


def _standing(lab: Lab, _number: int) -> None:
    standing.standing(lab.environment(), {}, lab.passing.timing())


ACTS: tuple[Callable[[Lab, int], None], ...] = (_suggestion, _pull_request, _told, _issue, _red_run, _standing, _commit)


@pytest.fixture
def seen(lab: Lab) -> list[Seen]:
    """The requests of everything that the adapter does."""
    number = lab.server.state.open_request("change")
    for act in ACTS:
        act(lab, number)
    return [one for one in lab.server.seen if one.path.startswith("/api/v3/")]


@pytest.mark.skipif(
    not SPECIFICATION.is_file(), reason=f"NOT checked against GitHub's description: {SPECIFICATION} is not there"
)
def test_each_request_is_one_that_github_describes(seen: list[Seen]) -> None:
    described = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    checked = {name for one in seen for name in _checked(described, one)}
    assert len(checked) >= LEAST_CHECKED, checked


def _checked(described: dict[str, Any], one: Seen) -> list[str]:
    """The operations by which *one* was checked; none where this part of the description does not have it."""
    path = one.path.removeprefix("/api/v3")
    names = []
    for template, operations in described["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        operation = operations.get(one.method.lower())
        if operation and re.fullmatch(pattern, path):
            _check(described, operation, one)
            names.append(f"{one.method} {template}")
    return names


def _check(described: dict[str, Any], operation: dict[str, Any], one: Seen) -> None:
    root = Resource.from_contents(described, default_specification=DRAFT202012)
    registry: Any = Registry().with_resource("urn:github", root)
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator(_closed(schema), registry=registry).validate(one.body)
    parameters = [_resolved(described, parameter) for parameter in operation.get("parameters", ())]
    allowed = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    assert {*one.query} <= allowed, (one.method, one.path, one.query)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with references that lead into the description, and no names that it does not list."""
    text = json.dumps(schema).replace('"#/components/', '"urn:github#/components/')
    closed: dict[str, Any] = json.loads(text, object_hook=_nullable)
    if closed.get("properties"):
        closed.setdefault("additionalProperties", False)
    return closed


def _nullable(part: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0's way to allow null, in JSON Schema's words."""
    return {**part, "type": [part["type"], "null"]} if part.get("nullable") is True and "type" in part else part


def _resolved(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    place = part.get("$ref")
    if place is None:
        return part
    found: Any = described
    for name in place.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def test_the_mutation_asks_for_what_github_documents(lab: Lab) -> None:
    lab.forge().deliver(lab.parcel({**FIXED, "old.py": None}), "commit")
    [write] = lab.server.writes
    assert re.sub(r"\s+", " ", _MUTATION) == (
        "mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }"
    )
    given = write.body["variables"]["input"]
    assert {*given} == {"branch", "expectedHeadOid", "message", "fileChanges", "clientMutationId"}
    assert {*given["branch"]} == {"repositoryNameWithOwner", "branchName"}
    assert {*given["message"]} == {"headline", "body"}
    assert [{*one} for one in given["fileChanges"]["additions"]] == [{"path", "contents"}]
    assert given["fileChanges"]["deletions"] == [{"path": "old.py"}]
