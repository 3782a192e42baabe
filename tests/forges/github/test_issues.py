"""A failure that a person has to look at has one open issue on GitHub."""

from __future__ import annotations

import pytest

from agent_ci.forges.github import issues
from tests.forges.github.lab import FINGERPRINT, Lab
from tests.servers.chat import Step


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_no_second_issue(lab: Lab, *, after: bool) -> None:
    lab.server.breaks("POST", "/issues$", Step(status=0), after=after)
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    assert len(lab.server.state.issues) == 1


def test_a_failure_has_one_open_issue(lab: Lab) -> None:
    first = issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    assert issues.escalate(lab.project(), FINGERPRINT, "red", "it is") == first
    other = issues.escalate(lab.project(), "f" * 16, "red", "something else")
    assert [issue["html_url"] for issue in lab.server.state.issues.values()] == [first, other]
    next(iter(lab.server.state.issues.values()))["state"] = "closed"  # by a person
    assert issues.escalate(lab.project(), FINGERPRINT, "red", "again") not in (first, other)


def test_a_strangers_issue_with_our_marker_is_not_taken_for_ours(lab: Lab) -> None:
    body, user = f"<!-- agent-ci:{FINGERPRINT} -->", {"login": "mallory", "type": "User"}
    lab.server.state.issues[900] = {"number": 900, "state": "open", "body": body, "labels": ["agent-ci"], "user": user}
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    assert len(lab.server.state.issues) == 2


def test_an_issue_is_closed_once_when_its_failure_is_gone(lab: Lab) -> None:
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    other = issues.escalate(lab.project(), "f" * 16, "red", "something else")
    lab.server.breaks("PATCH", "/issues/", Step(status=0), after=True)
    assert [issues.settle(lab.project(), FINGERPRINT) for _ in range(2)] == [True, False]
    left = [issue["html_url"] for issue in lab.server.state.issues.values() if issue["state"] == "open"]
    assert left == [other]
    assert len([seen for seen in lab.server.writes if seen.method == "PATCH"]) == 1


def test_a_strangers_issue_with_our_marker_is_not_closed(lab: Lab) -> None:
    body, user = f"<!-- agent-ci:{FINGERPRINT} -->", {"login": "mallory", "type": "User"}
    lab.server.state.issues[900] = {"number": 900, "state": "open", "body": body, "labels": ["agent-ci"], "user": user}
    assert not issues.settle(lab.project(), FINGERPRINT)
    assert not lab.server.writes
