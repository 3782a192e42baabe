"""GitLab is asked about a hundred merge requests at once; what it answers is read by its shape, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.notes.requests import Request
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.gitlab.merged import GitLabRequests
from tests.forges.gitlab_lab import GitLabLab
from tests.servers.gitlab import PROJECT
from tests.servers.gitlab_values import Fault


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        yield made


def row(number: int, **fields: object) -> dict[str, Any]:
    """A merge request as the list tells it."""
    said = {"title": "Mend the sum", "description": "It was wrong.", "labels": ["type::bug"]}
    commits = {"sha": "a" * 40, "merge_commit_sha": "b" * 40, "squash_commit_sha": None}
    who = {"author": {"id": 12, "username": "ada"}, "project_id": PROJECT, "state": "merged"}
    return {"iid": number, **said, **commits, **who, **fields}


def told(lab: GitLabLab, *ids: str) -> dict[str, Request]:
    return dict(GitLabRequests(lab.project).told(ids))


def test_what_gitlab_knows_of_a_request_is_read_whole(lab: GitLabLab) -> None:
    lab.server.merged = [row(7), row(8, description=None, author=None), row(9, state="closed"), row(10)]
    commits = frozenset({"a" * 40, "b" * 40})
    assert told(lab, "!7", "!8", "!9", "!11", "#10", "0123456789") == {
        "!7": Request("!7", "Mend the sum", "It was wrong.", ("type::bug",), "ada", commits),
        "!8": Request("!8", "Mend the sum", "", ("type::bug",), "", commits),
    }


@pytest.mark.parametrize(("count", "questions"), [(0, 0), (100, 1), (101, 2), (250, 3)])
def test_one_question_is_asked_for_a_hundred_requests(lab: GitLabLab, count: int, questions: int) -> None:
    lab.server.merged = [row(number) for number in range(1, 1 + count)]
    assert len(told(lab, *(f"!{number}" for number in range(1, 1 + count)))) == count
    assert len(lab.server.requests) == questions


@pytest.mark.parametrize(
    "change",
    [
        {"title": None},
        {"description": 5},
        {"labels": "bug"},
        {"labels": [5]},
        {"sha": 5},
        {"project_id": 6},
        {"iid": [7]},
        {"iid": {}},
        {"iid": 7.0},
    ],
    ids=str,
)
def test_an_answer_of_another_shape_or_project_is_no_answer(lab: GitLabLab, change: dict[str, object]) -> None:
    lab.server.merged = [row(7, **change)]
    with pytest.raises(ForgeUnavailableError, match=r"else than it documents|not asked for"):
        told(lab, "!7")


def test_what_was_not_asked_for_is_no_answer(lab: GitLabLab) -> None:
    lab.server.faults.append(Fault("GET .*/merge_requests", 200, [row(8)]))  # type: ignore[arg-type] # a list
    with pytest.raises(ForgeUnavailableError, match="not asked for"):
        told(lab, "!7")


def test_a_limit_is_waited_for_and_a_refusal_is_not(lab: GitLabLab) -> None:
    lab.server.merged = [row(7)]
    lab.server.faults.append(Fault("merge_requests", 429, {"message": "slow down"}, (("Retry-After", "1"),)))
    assert list(told(lab, "!7")) == ["!7"]
    lab.server.faults.append(Fault("merge_requests", 403, {"message": "403 Forbidden"}))
    with pytest.raises(ForgeUnavailableError, match="403"):
        told(lab, "!7")
