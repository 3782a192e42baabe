"""What GitHub says of the people and the labels of a pull request, where the token may look and where it may not."""

from __future__ import annotations

from agent_ci.forges.github.people import is_held
from tests.forges.github.lab import Lab


def test_a_pull_request_that_cannot_be_seen_is_not_held(lab: Lab) -> None:
    assert not is_held(lab.project(), 999)
