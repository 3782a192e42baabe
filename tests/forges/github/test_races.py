"""Two hundred deliveries at once, again, and with answers that get lost: each change arrives exactly once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.github import issues
from agent_ci.forges.github.actions import GitHubActions
from tests.forges.github.lab import FIXED, Lab
from tests.servers.chat import Step

MARKER = "<!-- agent-ci -->"
LOST = Step(status=0)
DOWN = Step(b"{}", status=502)
BUSY = Step(b'{"message": "slow down"}', status=429, headers=(("Retry-After", "1"),))


def run_at_once(lab: Lab, act: Callable[[GitHubActions], str], count: int, seed: int) -> set[str]:
    """What *count* runs say of the same thing, eight at a time, while one write in three breaks in some way."""
    chance = random.Random(seed)  # noqa: S311 - for tests
    for _ in range(count // 3):
        step, is_after = chance.choice(((LOST, True), (LOST, False), (DOWN, True), (DOWN, False), (BUSY, False)))
        lab.server.breaks("POST", "graphql|git/refs|pulls|reviews|comments", step, after=is_after)

    def once(number: int) -> str:
        try:
            return act(lab.forge(seed + number))
        except ForgeUnavailableError:  # it gave up, and says so; the next run finds what there is
            return ""

    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(once, range(count)))
    lab.server.faults.clear()
    return {*said, act(lab.forge(seed + count))} - {""}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_commit_arrives_once(lab: Lab, files: dict[str, bytes | None], seed: int) -> None:
    parcel = lab.parcel(files)
    said = run_at_once(lab, lambda forge: forge.deliver(parcel, "commit").reference, 20, seed)
    assert said == {lab.tip()["sha"]}
    assert lab.tip()["parents"] == [lab.head]


@pytest.mark.parametrize("seed", range(2))
def test_a_pull_request_is_opened_once(lab: Lab, seed: int) -> None:
    parcel = lab.parcel()
    said = run_at_once(lab, lambda forge: forge.deliver(parcel, "pull-request").reference, 20, seed)
    [request] = lab.server.state.pulls.values()
    assert said == {request["html_url"]}


@pytest.mark.parametrize("seed", range(2))
def test_a_change_is_suggested_once(lab: Lab, seed: int) -> None:
    parcel = lab.parcel(number=lab.server.state.open_request("change"))
    said = run_at_once(lab, lambda forge: forge.deliver(parcel, "suggestion").reference, 20, seed)
    [review] = lab.server.state.reviews.values()
    assert (said, review["state"]) == ({review["html_url"]}, "COMMENTED")


@pytest.mark.parametrize("seed", range(2))
def test_one_comment_is_left(lab: Lab, seed: int) -> None:
    number = lab.server.state.open_request("change")
    story = Story(MARKER, f"{MARKER}\nfixed")
    run_at_once(lab, lambda forge: forge.tell(story, lab.context(number)), 20, seed)
    [comment] = lab.server.state.comments.values()
    assert comment["body"] == story.comment


def test_one_issue_is_left_open(lab: Lab) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: issues.escalate(lab.project(), "a" * 16, "red", "it is"), range(20)))
    assert [issue["state"] for issue in lab.server.state.issues.values()].count("open") == 1
