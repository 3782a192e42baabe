"""A commit on the branch at GitHub: exactly the tree that was proven, once, and only on the commit of the proof."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.asked_change import VARIABLE, AskedChange
from agent_ci.core.parcel import Content
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from tests.forges.github.lab import FINGERPRINT, FIXED, Lab
from tests.servers.chat import Step, cut
from tests.servers.github import TOKEN
from tests.servers.github_state import Account

LOST = Step(status=0)
DOWN = Step(b"{}", status=502)
LIMITED = Step(b'{"message": "secondary rate limit"}', status=403, headers=(("Retry-After", "30"),))


def test_a_commit_lands_on_the_branch_with_its_message_and_the_proven_tree(lab: Lab) -> None:
    parcel = lab.parcel()
    done = lab.forge().deliver(parcel, "commit")
    tip = lab.tip()
    assert (tip["tree"], tip["parents"], tip["sha"]) == (parcel.patch.tree, [lab.head], done.reference)
    assert str(tip["message"]).splitlines()[0] == "fix: the sign"
    assert f"Agent-CI-Fingerprint: {FINGERPRINT}" in str(tip["message"]).splitlines()
    [write] = lab.server.writes
    assert write.body["variables"]["input"]["expectedHeadOid"] == lab.head


def test_files_are_added_and_removed(lab: Lab) -> None:
    parcel = lab.parcel({**FIXED, "old.py": None, "new/ä.py": b"\x00\xff\r\n"})
    lab.forge().deliver(parcel, "commit")
    assert lab.tip()["tree"] == parcel.patch.tree


def test_an_executable_file_stays_one_for_which_git_objects_are_used(lab: Lab) -> None:
    parcel = lab.parcel({**FIXED, "run.sh": b"exit 0\n", "old.py": None})
    lab.forge().deliver(parcel, "commit")
    assert (lab.tip()["tree"], lab.tip()["parents"]) == (parcel.patch.tree, [lab.head])
    assert not any("graphql" in write.path for write in lab.server.writes)


def test_objects_that_make_another_tree_are_seen_before_a_branch_holds_them(lab: Lab) -> None:
    lab.server.state.loses_modes = True
    with pytest.raises(ForgeUnavailableError, match="was proven"):
        lab.forge().deliver(lab.parcel({"run.sh": b"exit 0\n"}), "commit")
    assert lab.tip()["sha"] == lab.head


def test_a_commit_that_came_out_different_is_named_with_how_to_take_it_back(lab: Lab) -> None:
    parcel = lab.parcel()
    parcel = replace(parcel, contents=(Content("shop.py", "100644", b"other\n"),))
    with pytest.raises(ForgeUnavailableError, match="git revert"):
        lab.forge().deliver(parcel, "commit")


def test_the_second_delivery_finds_the_first_also_below_a_persons_commit(lab: Lab) -> None:
    first = lab.forge().deliver(lab.parcel(), "commit")
    assert lab.forge().deliver(lab.parcel(), "commit") == first
    lab.person_pushes()
    assert lab.forge().deliver(lab.parcel(), "commit") == first
    assert len(lab.server.writes) == 1


@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_branch_that_moved_on_is_stale_and_not_written_to(lab: Lab, files: dict[str, bytes | None]) -> None:
    moved = lab.person_pushes()
    with pytest.raises(StaleError, match="moved on"):
        lab.forge().deliver(lab.parcel(files), "commit")
    assert (lab.tip()["sha"], lab.server.writes) == (moved, [])


@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_branch_that_moves_at_the_last_moment_is_stale(lab: Lab, files: dict[str, bytes | None]) -> None:
    head = json.dumps({"object": {"sha": lab.head}}).encode()
    moved = lab.person_pushes()
    looks = 1 if files is FIXED else 2
    lab.server.breaks("GET", "/git/ref/", Step(head), times=looks)  # what was true a moment ago
    with pytest.raises(StaleError):
        lab.forge().deliver(lab.parcel(files), "commit")
    assert lab.tip()["sha"] == moved


def test_a_branch_that_is_gone_is_stale(lab: Lab) -> None:
    with pytest.raises(StaleError, match="gone"):
        lab.forge().deliver(lab.parcel(branch="gone"), "commit")


@pytest.mark.parametrize("message", ["Changes must be made through a pull request.", "Commits must have signatures"])
@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_protected_branch_refuses_this_rung(lab: Lab, files: dict[str, bytes | None], message: str) -> None:
    lab.server.protect("change", message)
    with pytest.raises(RungRefusedError, match=message):
        lab.forge().deliver(lab.parcel(files), "commit")
    assert lab.tip()["sha"] == lab.head


REFUSALS = {
    "a fork": ({}, {"from_fork": True}, "fork"),
    "no branch": ({}, {"branch": ""}, "no branch"),
    "a workflow": ({".github/workflows/ci.yml": b"on: pull_request\n"}, {}, "workflow"),
    "a workflow in capitals": ({".GitHub/Workflows/x.yml": b"on: push\n"}, {}, "workflow"),
    "a large change": ({"big.py": b"#" * 5_100_000}, {}, "too large"),
    "a path that is no text": ({"\udcff.py": b"x"}, {}, "path"),
}


@pytest.mark.parametrize(("files", "changes", "reason"), REFUSALS.values(), ids=list(REFUSALS))
@pytest.mark.parametrize("rung", ["commit", "pull-request"])
def test_what_cannot_be_committed_there_is_refused_before_anything_is_asked(
    lab: Lab, rung: str, files: dict[str, bytes | None], changes: dict[str, object], reason: str
) -> None:
    changes = {**changes, "target": ""} if reason == "no branch" else changes
    with pytest.raises(RungRefusedError, match=reason):
        lab.forge().deliver(lab.parcel(files or FIXED, **changes), rung)
    assert lab.server.seen == []


@pytest.mark.parametrize("rung", ["commit", "suggestion", "pull-request"])
def test_a_job_without_a_token_says_which_one_would_do(lab: Lab, rung: str) -> None:
    with pytest.raises(RungRefusedError, match="no token that may write"):
        lab.forge(GITHUB_TOKEN="").deliver(lab.parcel(), rung)
    assert lab.server.seen == []


@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_token_that_may_only_read_is_told_what_it_lacks(lab: Lab, files: dict[str, bytes | None]) -> None:
    lab.server.tokens[TOKEN] = Account(rights=frozenset())
    with pytest.raises(NotAllowedError, match="contents: write") as raised:
        lab.forge().deliver(lab.parcel(files), "commit")
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("trouble", [LOST, DOWN, cut(Step(b'{"data": {}}'), 3)], ids=["cut", "502", "half"])
@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
@pytest.mark.parametrize("files", [FIXED, {"run.sh": b"exit 0\n"}], ids=["mutation", "objects"])
def test_a_lost_answer_makes_no_second_commit(
    lab: Lab, files: dict[str, bytes | None], trouble: Step, *, after: bool
) -> None:
    parcel = lab.parcel(files)
    method, place = ("POST", "graphql") if files is FIXED else ("PATCH", "/git/refs/")
    lab.server.breaks(method, place, trouble, after=after)
    done = lab.forge().deliver(parcel, "commit")
    assert (lab.tip()["sha"], lab.tip()["parents"]) == (done.reference, [lab.head])


def test_limits_are_waited_for(lab: Lab) -> None:
    lab.server.breaks("POST", "graphql", LIMITED)
    lab.forge().deliver(lab.parcel(), "commit")
    assert lab.passing.seconds >= 30


def test_an_unknown_token_is_no_reason_to_try_again(lab: Lab) -> None:
    with pytest.raises(ForgeUnavailableError, match="give a valid one"):
        lab.forge(GH_TOKEN="", GITHUB_TOKEN=f"{TOKEN}-revoked").deliver(lab.parcel(), "commit")
    assert len(lab.server.seen) == 1


@pytest.mark.parametrize("rung", ["commit", "pull-request"])
@pytest.mark.parametrize("change", ["closed", "retargeted"])
def test_nothing_is_delivered_for_a_pull_request_that_is_another_one_by_now(lab: Lab, rung: str, change: str) -> None:
    number = lab.server.state.open_request("change")
    if change == "closed":
        lab.server.state.close(number)
    else:
        lab.server.state.pulls[number]["base"]["ref"] = "change"
    with pytest.raises(StaleError, match=f"pull request #{number}"):
        lab.forge(GITHUB_BASE_REF="main").deliver(lab.parcel(number=number), rung)
    assert lab.server.writes == []


def _told(lab: Lab, folder: Path, event: str, number: int) -> dict[str, str]:
    """The variables of a job in which the target of a pull request stands elsewhere than in one of GitHub's own."""
    if event == "issue_comment":
        asked = AskedChange(number, lab.head, lab.base, "change", "main", from_fork=False)
        return {"GITHUB_EVENT_NAME": event, VARIABLE: asked.encoded}
    request = {"number": number, "base": {"ref": "main", "sha": lab.base}}
    run = {"event": "pull_request", "head_sha": lab.head, "head_branch": "change", "pull_requests": [request]}
    payload = {"pull_request": request} if event == "pull_request_review" else {"workflow_run": run}
    path = folder / "event.json"
    path.write_text(json.dumps(payload))
    return {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(path)}


@pytest.mark.parametrize("event", ["workflow_run", "issue_comment", "pull_request_review"])
def test_wherever_the_target_is_told_one_that_is_another_by_now_gets_nothing(
    lab: Lab, tmp_path: Path, event: str
) -> None:
    number = lab.server.state.open_request("change")
    forge = lab.forge(0, **_told(lab, tmp_path, event, number))
    lab.server.state.pulls[number]["base"]["ref"] = "change"
    with pytest.raises(StaleError, match=f"pull request #{number} goes to 'change' now, and was judged against 'main'"):
        forge.deliver(lab.parcel(number=number), "commit")
    assert lab.server.writes == []
    lab.server.state.pulls[number]["base"]["ref"] = "main"
    assert forge.deliver(lab.parcel(number=number), "commit").rung == "commit"


def test_a_token_that_may_not_read_pull_requests_commits_as_before(lab: Lab) -> None:
    lab.server.breaks("GET", r"/pulls/\d+$", Step(b"{}", status=403))
    assert lab.forge().deliver(lab.parcel(number=7), "commit").rung == "commit"
