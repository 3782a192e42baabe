"""GitHub Actions: each event, each shape of checkout, and payloads that strangers wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_ci.checkout import Repository
from agent_ci.core.context import Context, Event
from agent_ci.errors import UnsupportedError
from agent_ci.forges.github.events import Job, is_here
from tests.checkouts import Checkout

ZEROS = "0" * 40
NOWHERE = "f" * 40


@pytest.fixture
def merged(checkout: Checkout) -> dict[str, str]:
    """The topology of a pull request: what is checked out is the commit that GitHub made to try the merge."""
    base = checkout.git("rev-parse", "HEAD")
    checkout.git("checkout", "--quiet", "-b", "change")
    head = checkout.commit({"a.py": "a = 2\n"})
    checkout.git("checkout", "--quiet", "main")
    target = checkout.commit({"b.py": "b = 2\n"})
    checkout.git("checkout", "--quiet", "--detach")
    return {"base": base, "head": head, "target": target, "merge": checkout.merge("change")}


def context(checkout: Checkout, payload: object = None, **variables: str) -> Context:
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "77",
        "GITHUB_JOB": "test",
        "GITHUB_ACTOR": "ada",
        **variables,
    }
    if payload is not None:
        path = checkout.root.parent / "event.json"
        path.write_text(json.dumps(payload))
        environment["GITHUB_EVENT_PATH"] = str(path)
    return Job(environment, Repository.at(checkout.root)).context()


def pull_request(commits: dict[str, str], **changes: object) -> dict[str, Any]:
    request = {
        "number": 12,
        "head": {"sha": commits["head"], "ref": "change", "repo": {"full_name": "owner/name"}},
        "base": {"sha": commits["base"], "ref": "main", "repo": {"full_name": "owner/name"}},
        **changes,
    }
    return {"number": 12, "pull_request": request, "repository": {"default_branch": "trunk", "full_name": "owner/name"}}


def of_pull_request(checkout: Checkout, commits: dict[str, str], payload: object, **variables: str) -> Context:
    given = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_REF_NAME": "12/merge",
        "GITHUB_SHA": commits["merge"],
        "GITHUB_HEAD_REF": "change",
        "GITHUB_BASE_REF": "main",
    }
    return context(checkout, payload, **{**given, **variables})


def test_a_push_is_judged_against_the_commit_before_it(checkout: Checkout) -> None:
    before = checkout.git("rev-parse", "HEAD")
    after = checkout.commit({"a.py": "a = 2\n"})
    payload = {"before": before, "after": after, "repository": {"default_branch": "main"}, "sender": {"login": "eve"}}
    assert context(checkout, payload, GITHUB_SHA=after, GITHUB_REF_NAME="main", GITHUB_REF_TYPE="branch") == Context(
        forge="github",
        repository="owner/name",
        workspace=str(checkout.root),
        commit=after,
        branch="main",
        base=before,
        default_branch="main",
        event=Event.PUSH,
        actor="ada",
        job="test",
        run_url="https://github.com/owner/name/actions/runs/77",
    )


def test_the_first_push_of_a_branch_has_no_base(checkout: Checkout) -> None:
    assert context(checkout, {"before": ZEROS}).base is None


def test_a_tag_is_no_branch(checkout: Checkout) -> None:
    assert context(checkout, {}, GITHUB_REF_NAME="v1", GITHUB_REF_TYPE="tag").branch == ""


def test_a_pull_request_is_judged_at_its_own_head(checkout: Checkout, merged: dict[str, str]) -> None:
    assert of_pull_request(checkout, merged, pull_request(merged)) == Context(
        forge="github",
        repository="owner/name",
        workspace=str(checkout.root),
        commit=merged["head"],
        branch="change",
        base=merged["base"],
        default_branch="trunk",
        event=Event.CHANGE_REQUEST,
        number=12,
        actor="ada",
        from_fork=False,
        job="test",
        run_url="https://github.com/owner/name/actions/runs/77",
    )


@pytest.mark.parametrize("payload", [None, {}, "head is null", "head moved on"], ids=str)
def test_a_head_that_is_not_here_is_the_second_parent_of_the_merge(
    checkout: Checkout, merged: dict[str, str], payload: object
) -> None:
    if payload == "head is null":
        payload = pull_request(merged, head=None)
    elif payload == "head moved on":
        payload = pull_request({**merged, "head": NOWHERE})
    assert of_pull_request(checkout, merged, payload).commit == merged["head"]


def test_the_only_commit_of_a_shallow_checkout_is_judged_as_it_is(checkout: Checkout, merged: dict[str, str]) -> None:
    checkout.git("branch", "pr", "HEAD")
    command = (
        "clone",
        "--quiet",
        "--depth=1",
        "--branch=pr",
        f"file://{checkout.root}",
        str(checkout.root.parent / "s"),
    )
    checkout.git(*command)
    found = of_pull_request(Checkout(checkout.root.parent / "s"), merged, pull_request(merged))
    assert (found.commit, found.base) == (merged["merge"], merged["base"])


def test_where_the_head_itself_is_checked_out_it_is_judged(checkout: Checkout, merged: dict[str, str]) -> None:
    checkout.git("checkout", "--quiet", merged["head"])
    assert of_pull_request(checkout, merged, pull_request(merged)).commit == merged["head"]


def test_a_merge_by_a_person_is_not_taken_apart(checkout: Checkout, merged: dict[str, str]) -> None:
    """`pull_request_target` checks out the target branch, whose tip may be a merge of something else."""
    payload = pull_request({**merged, "head": NOWHERE})
    variables = {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"}
    found = of_pull_request(checkout, merged, payload, **variables)
    assert (found.commit, found.event) == (merged["merge"], Event.CHANGE_REQUEST)


def test_a_base_that_is_not_here_falls_to_the_target_branch(checkout: Checkout, merged: dict[str, str]) -> None:
    checkout.git("update-ref", "refs/remotes/origin/main", merged["target"])
    checkout.git("tag", "origin/main", merged["head"])
    assert of_pull_request(checkout, merged, pull_request({**merged, "base": NOWHERE})).base == merged["target"]
    assert of_pull_request(checkout, merged, {}).base == merged["target"]
    checkout.git("update-ref", "-d", "refs/remotes/origin/main")
    assert of_pull_request(checkout, merged, pull_request({**merged, "base": NOWHERE})).base == NOWHERE


@pytest.mark.parametrize(
    ("head", "base", "expected"),
    [
        pytest.param({"full_name": "owner/name"}, {"full_name": "owner/name"}, False, id="the same repository"),
        pytest.param({"full_name": "eve/name"}, {"full_name": "owner/name"}, True, id="a fork"),
        pytest.param(None, {"full_name": "owner/name"}, True, id="a deleted fork"),
        pytest.param({"full_name": ""}, {"full_name": ""}, True, id="empty names"),
        pytest.param({"full_name": None}, {"full_name": None}, True, id="null names"),
        pytest.param("owner/name", "owner/name", True, id="names where objects belong"),
        pytest.param(
            {"full_name": "owner/name", "fork": True},
            {"full_name": "owner/name"},
            False,
            id="a pull request inside a fork",
        ),
    ],
)
def test_whose_change_it_is_must_be_known_to_be_trusted(
    checkout: Checkout, merged: dict[str, str], head: object, base: object, *, expected: bool
) -> None:
    payload = pull_request(
        merged, head={"sha": merged["head"], "repo": head}, base={"sha": merged["base"], "repo": base}
    )
    assert of_pull_request(checkout, merged, payload).from_fork is expected


def test_a_pull_request_without_a_payload_is_not_trusted(checkout: Checkout, merged: dict[str, str]) -> None:
    assert of_pull_request(checkout, merged, None).from_fork is True


@pytest.mark.parametrize("name", ["pull_request_target", "pull_request_review", "pull_request_review_comment"])
def test_every_event_of_a_pull_request_is_about_its_change(
    checkout: Checkout, merged: dict[str, str], name: str
) -> None:
    found = of_pull_request(checkout, merged, pull_request(merged), GITHUB_EVENT_NAME=name)
    assert (found.commit, found.base, found.event) == (merged["head"], merged["base"], Event.CHANGE_REQUEST)


def workflow_run(commits: dict[str, str], **changes: object) -> dict[str, Any]:
    run = {
        "event": "pull_request",
        "head_sha": commits["head"],
        "head_branch": "main",
        "head_repository": {"full_name": "owner/name"},
        "pull_requests": [{"number": 12, "base": {"sha": commits["base"]}}],
        **changes,
    }
    return {"workflow_run": run, "repository": {"full_name": "owner/name", "default_branch": "main"}}


def test_a_workflow_run_speaks_of_the_run_before_it(checkout: Checkout, merged: dict[str, str]) -> None:
    found = context(checkout, workflow_run(merged), GITHUB_EVENT_NAME="workflow_run", GITHUB_REF_NAME="trunk")
    assert (found.commit, found.base, found.number) == (merged["head"], merged["base"], 12)
    assert (found.branch, found.event, found.from_fork) == ("main", Event.CHANGE_REQUEST, False)


@pytest.mark.parametrize("event", ["push", "pull_request", None])
@pytest.mark.parametrize("source", [{"full_name": "eve/name"}, None])
def test_a_workflow_run_of_a_fork_s_main_is_not_the_default_branch(
    checkout: Checkout, merged: dict[str, str], event: str | None, source: object
) -> None:
    payload = workflow_run(merged, event=event, head_repository=source, pull_requests=[])
    found = context(checkout, payload, GITHUB_EVENT_NAME="workflow_run")
    assert (found.from_fork, found.is_on_default_branch, found.number) == (True, False, None)


def test_a_merge_group_is_judged_against_its_base(checkout: Checkout, merged: dict[str, str]) -> None:
    payload = {"merge_group": {"head_sha": merged["merge"], "base_sha": merged["target"]}}
    found = context(checkout, payload, GITHUB_EVENT_NAME="merge_group", GITHUB_REF_NAME="gh-readonly-queue/main/pr-12")
    assert (found.commit, found.base, found.event) == (merged["merge"], merged["target"], Event.PUSH)


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("schedule", Event.SCHEDULE),
        ("workflow_dispatch", Event.MANUAL),
        ("repository_dispatch", Event.MANUAL),
        ("", Event.MANUAL),
    ],
)
def test_other_events_judge_what_is_checked_out(checkout: Checkout, name: str, event: Event) -> None:
    head = checkout.git("rev-parse", "HEAD")
    found = context(checkout, {"before": head, "inputs": None}, GITHUB_EVENT_NAME=name, GITHUB_REF_NAME="main")
    assert (found.event, found.commit, found.base, found.branch) == (event, head, None, "main")
    assert found.default_branch == "main"


NASTY: dict[str, object] = {
    "every field null": {"pull_request": None, "number": None, "repository": None, "sender": None},
    "fields inside null": {"pull_request": {"head": None, "base": None, "number": None}},
    "wrong types": {"pull_request": [1], "number": {"a": 1}, "repository": "x", "sender": 7},
    "wrong types inside": {"pull_request": {"head": [], "base": 1.5, "number": []}, "number": True},
    "numeric strings": {"pull_request": {"number": "12"}, "number": "12"},
    "unicode login": {"sender": {"login": "\u00fcser\u202e\U0001f600"}, "number": 12},
    "revisions for ids": {"pull_request": {"head": {"sha": "--output=PWNED"}, "base": {"sha": "HEAD~1"}}},
    "two megabytes of text": {"pull_request": {"number": 12, "body": "x" * 2_000_000}},
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_payload_is_read_as_far_as_it_makes_sense(
    checkout: Checkout, merged: dict[str, str], name: str
) -> None:
    found = of_pull_request(checkout, merged, NASTY[name], GITHUB_ACTOR="", GITHUB_HEAD_REF="", GITHUB_BASE_REF="")
    assert (found.commit, found.base, found.from_fork) == (merged["head"], None, True)
    assert found.number in (None, 12)
    assert (found.number == 12) is (name in ("numeric strings", "unicode login", "two megabytes of text"))
    assert found.actor == ("\u00fcser\u202e\U0001f600" if name == "unicode login" else "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not valid JSON", id="empty"),
        pytest.param(b"{", "not valid JSON", id="cut off"),
        pytest.param(b"\xff\xfe{}", "not valid JSON", id="not UTF-8"),
        pytest.param(b"[" * 200_000, "not valid JSON", id="deeply nested"),
        pytest.param(b'{"number": ' + b"9" * 5000 + b"}", "not valid JSON", id="a number of 5000 digits"),
        pytest.param(b"[]", "no JSON object", id="a list"),
        pytest.param(b'{"a": "' + b"x" * 10_000_000 + b'"}', "larger than 10 MB", id="too large"),
        pytest.param("folder", "not a regular file", id="a folder"),
        pytest.param("pipe", "not a regular file", id="a pipe without a writer"),
        pytest.param("missing", "cannot be read", id="missing"),
        pytest.param("device", "not a regular file", id="an endless device"),
    ],
)
def test_a_broken_payload_is_one_sentence(checkout: Checkout, tmp_path: Path, content: bytes | str, said: str) -> None:
    path = tmp_path / "event.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    elif content == "pipe":
        os.mkfifo(path)
    elif content == "device":
        path = Path("/dev/zero")
    with pytest.raises(UnsupportedError, match=f"GITHUB_EVENT_PATH.* {said}"):
        context(checkout, GITHUB_EVENT_PATH=str(path))


def test_a_payload_of_a_terabyte_is_not_read_to_its_end(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "event.json").touch()
    os.truncate(tmp_path / "event.json", 10**12)
    with pytest.raises(UnsupportedError, match="larger than 10 MB"):
        context(checkout, GITHUB_EVENT_PATH=str(tmp_path / "event.json"))


def test_a_byte_order_mark_does_no_harm(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_bytes(b'\xef\xbb\xbf{"repository": {"default_branch": "trunk"}}')
    assert context(checkout, GITHUB_EVENT_PATH=str(tmp_path / "event.json")).default_branch == "trunk"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"GITHUB_RUN_ID": "1", "GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "o/n"}, True),
        ({"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "o/n"}, False),
        ({"GITLAB_CI": "true", "CI": "true"}, False),
        ({}, False),
    ],
)
def test_a_job_is_recognised(environment: dict[str, str], *, expected: bool) -> None:
    assert is_here(environment) is expected


def test_the_process_s_own_environment_is_not_looked_at(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    monkeypatch.setenv("GITHUB_EVENT_PATH", "/elsewhere/event.json")
    assert context(checkout).workspace == str(checkout.root)


def test_the_run_is_named(checkout: Checkout) -> None:
    environment = {"GITHUB_SERVER_URL": "https://g", "GITHUB_REPOSITORY": "o/n", "GITHUB_RUN_ID": "7"}
    assert context(checkout, **environment).run_url == "https://g/o/n/actions/runs/7"
