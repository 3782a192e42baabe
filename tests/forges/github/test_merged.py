"""GitHub is asked about fifty pull requests at once; what it answers is read by its shape, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent_ci.core.notes.requests import Request
from agent_ci.core.notes.values import Issue
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from agent_ci.forges.github.merged import GitHubRequests
from tests.forges.github.lab import Lab
from tests.servers.chat import Step
from tests.servers.github_merged import merge

COMMIT = "c" * 40


def told(lab: Lab, *ids: str) -> dict[str, Request]:
    return dict(GitHubRequests(lab.project()).told(ids))


def test_what_github_knows_of_a_request_is_read_whole(lab: Lab) -> None:
    merge(
        lab.server.state,
        7,
        "Mend the sum",
        commit=COMMIT,
        body="It was wrong.",
        labels=["bug", "semver-minor"],
        login="ada",
        issues=[(3, "Sums are wrong", ""), (4, "Elsewhere", "other/place")],
    )
    merge(lab.server.state, 8, "Of an account that is gone")
    merge(lab.server.state, 9, "Not merged")
    lab.server.state.pulls[9]["state"] = "CLOSED"
    assert told(lab, "#7", "#8", "#9", "#10", "!11", "0123456789", "#0", "#x") == {
        "#7": Request(
            "#7",
            "Mend the sum",
            "It was wrong.",
            ("bug", "semver-minor"),
            "ada",
            frozenset({COMMIT}),
            (Issue("#3", "Sums are wrong"),),
        ),
        "#8": Request("#8", "Of an account that is gone"),
    }


@pytest.mark.parametrize(("count", "questions"), [(0, 0), (1, 1), (50, 1), (51, 2), (120, 3)])
def test_one_question_is_asked_for_fifty_requests(lab: Lab, count: int, questions: int) -> None:
    for number in range(1, 1 + count):
        merge(lab.server.state, number, f"Change {number}")
    found = told(lab, *(f"#{number}" for number in range(1, 1 + count)))
    assert len(found) == count
    assert len(lab.server.seen) == questions
    assert lab.server.writes == []


@pytest.mark.parametrize(
    "step",
    [Step(status=502), Step(status=0), Step(b'{"message": "slow down"}', status=429, headers=(("Retry-After", "2"),))],
    ids=["502", "hangs up", "429"],
)
def test_what_passes_is_waited_for(lab: Lab, step: Step) -> None:
    merge(lab.server.state, 7, "Mend the sum")
    lab.server.breaks("POST", "/graphql", step)
    assert list(told(lab, "#7")) == ["#7"]
    assert lab.passing.seconds > 0


@pytest.mark.parametrize(
    "step",
    [
        Step(b'{"message": "slow down"}', status=429, headers=(("Retry-After", "86400"),)),
        Step(b'{"message": "Bad credentials"}', status=401),
        Step(b'{"message": "Resource not accessible by integration"}', status=403),
        Step(b'{"data": {"repository": null}, "errors": [{"type": "FORBIDDEN", "message": "no"}]}'),
        Step(b'{"data": {"repository": {}}, "errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "no"}]}'),
    ],
    ids=["429 for a day", "401", "403", "forbidden", "an error of GraphQL"],
)
def test_what_does_not_pass_is_an_error_at_once(lab: Lab, step: Step) -> None:
    merge(lab.server.state, 7, "Mend the sum")
    lab.server.breaks("POST", "/graphql", step)
    with pytest.raises(ForgeUnavailableError):
        told(lab, "#7")
    assert len(lab.server.seen) == 1


def test_a_token_that_may_not_read_requests_is_told_what_it_lacks(lab: Lab) -> None:
    errors = [{"type": "FORBIDDEN", "path": ["repository", "r7"], "message": "Resource not accessible by integration"}]
    answer = {"data": {"repository": {"nameWithOwner": "owner/shop", "r7": None}}, "errors": errors}
    lab.server.breaks("POST", "/graphql", Step(json.dumps(answer).encode()))
    with pytest.raises(NotAllowedError, match="pull-requests: read"):
        told(lab, "#7")


def test_issues_that_are_not_shown_leave_the_rest(lab: Lab) -> None:
    row = {**ROW, "closingIssuesReferences": None}
    errors = [{"type": "FORBIDDEN", "path": ["repository", "r7", "closingIssuesReferences"], "message": "no"}]
    answer = {"data": {"repository": {"nameWithOwner": "owner/shop", "r7": row}}, "errors": errors}
    lab.server.breaks("POST", "/graphql", Step(json.dumps(answer).encode()))
    assert told(lab, "#7") == {"#7": Request("#7", "Mend", "", ("bug",), "ada", frozenset({COMMIT}))}


ROW: dict[str, Any] = {
    "number": 7,
    "state": "MERGED",
    "title": "Mend",
    "body": "",
    "author": {"login": "ada"},
    "mergeCommit": {"oid": COMMIT},
    "labels": {"nodes": [{"name": "bug"}]},
    "closingIssuesReferences": {"nodes": []},
}


@pytest.mark.parametrize(
    "change",
    [
        {"number": 8},
        {"number": "7"},
        {"number": 7.0},
        {"title": None},
        {"title": ["Mend"]},
        {"body": {"text": "x"}},
        {"author": "ada"},
        {"author": {"login": 5}},
        {"mergeCommit": COMMIT},
        {"labels": []},
        {"labels": {"nodes": "bug"}},
        {"labels": {"nodes": ["bug"]}},
        {"labels": {"nodes": [{"name": 1}]}},
        {"closingIssuesReferences": {"nodes": [{"number": 1, "title": "x"}]}},
    ],
    ids=lambda change: json.dumps(change)[:60],
)
def test_an_answer_of_another_shape_is_no_answer(lab: Lab, change: dict[str, object]) -> None:
    answer = {"data": {"repository": {"nameWithOwner": "owner/shop", "r7": {**ROW, **change}}}}
    lab.server.breaks("POST", "/graphql", Step(json.dumps(answer).encode()))
    with pytest.raises(ForgeUnavailableError, match=r"else than it documents|answered for another"):
        told(lab, "#7")


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": {"repository": {"nameWithOwner": "other/shop", "r7": null}}}',
        b'{"data": {"repository": [1]}}',
        b'{"data": 5}',
        b"[]",
        b"null",
        b"<html>sign in</html>",
        b"[" * 100_000,
    ],
    ids=["another repository", "a list", "a number", "no object", "null", "a web page", "brackets"],
)
def test_what_is_no_answer_to_the_question_is_none(lab: Lab, body: bytes) -> None:
    lab.server.breaks("POST", "/graphql", Step(body))
    with pytest.raises(ForgeUnavailableError):
        told(lab, "#7")


def test_an_answer_of_fifty_megabytes_is_not_read_to_its_end(lab: Lab) -> None:
    lab.server.breaks("POST", "/graphql", Step(b'{"data": "' + b"x" * 50_000_000 + b'"}'))
    with pytest.raises(ForgeUnavailableError, match="larger than"):
        told(lab, "#7")
