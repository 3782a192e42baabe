"""GitLab CI: each kind of pipeline, as its predefined variables describe it."""

from __future__ import annotations

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.forges.gitlab.adapter import GitLabCI
from agent_ci.forges.gitlab.job import is_here
from tests.checkouts import Checkout

ZEROS = "0" * 40
NOWHERE = "f" * 40
COMMON = {
    "CI_PROJECT_PATH": "group/name",
    "CI_DEFAULT_BRANCH": "main",
    "CI_JOB_NAME": "test",
    "CI_JOB_URL": "https://gitlab.example.org/group/name/-/jobs/5",
    "GITLAB_USER_LOGIN": "ada",
}


def context(checkout: Checkout, **variables: str) -> Context:
    repository = Repository.at(checkout.root)
    with Clone.of(repository) as clone:
        return GitLabCI({**COMMON, **variables}, repository, clone).context()


def merge_request(checkout: Checkout, **variables: str) -> dict[str, str]:
    """The variables of a merge request's pipeline on its own branch, as checked out."""
    base = checkout.git("rev-parse", "HEAD")
    checkout.git("checkout", "--quiet", "-b", "change")
    head = checkout.commit({"a.py": "a = 2\n"})
    checkout.git("checkout", "--quiet", "--detach")
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_COMMIT_SHA": head,
        "CI_COMMIT_REF_NAME": "change",
        "CI_COMMIT_BEFORE_SHA": ZEROS,
        "CI_MERGE_REQUEST_IID": "12",
        "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "change",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "group/name",
        "CI_MERGE_REQUEST_PROJECT_PATH": "group/name",
        **variables,
    }


def test_a_push_is_judged_against_the_commit_before_it(checkout: Checkout) -> None:
    before = checkout.git("rev-parse", "HEAD")
    after = checkout.commit({"a.py": "a = 2\n"})
    variables = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": after, "CI_COMMIT_BEFORE_SHA": before}
    assert context(checkout, CI_COMMIT_REF_NAME="main", CI_PROJECT_DIR="/builds/name", **variables) == Context(
        forge="gitlab",
        repository="group/name",
        workspace="/builds/name",
        commit=after,
        branch="main",
        base=before,
        default_branch="main",
        event=Event.PUSH,
        actor="ada",
        job="test",
        run_url="https://gitlab.example.org/group/name/-/jobs/5",
    )


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("push", Event.PUSH),
        ("schedule", Event.SCHEDULE),
        ("web", Event.MANUAL),
        ("api", Event.MANUAL),
        ("", Event.MANUAL),
    ],
)
def test_other_pipelines_have_no_base(checkout: Checkout, source: str, event: Event) -> None:
    found = context(checkout, CI_PIPELINE_SOURCE=source, CI_COMMIT_BEFORE_SHA=ZEROS, CI_COMMIT_REF_NAME="main")
    assert (found.event, found.base, found.branch) == (event, None, "main")
    assert (found.commit, found.from_fork) == (checkout.git("rev-parse", "HEAD"), False)


def test_a_tag_is_no_branch(checkout: Checkout) -> None:
    assert context(checkout, CI_PIPELINE_SOURCE="push", CI_COMMIT_REF_NAME="v1", CI_COMMIT_TAG="v1").branch == ""


@pytest.mark.parametrize("source", ["merge_request_event", "parent_pipeline"])
def test_a_merge_request_is_judged_against_its_diff_base(checkout: Checkout, source: str) -> None:
    variables = merge_request(checkout, CI_PIPELINE_SOURCE=source)
    found = context(checkout, **variables)
    assert (found.event, found.number, found.branch) == (Event.CHANGE_REQUEST, 12, "change")
    assert (found.commit, found.base) == (variables["CI_COMMIT_SHA"], variables["CI_MERGE_REQUEST_DIFF_BASE_SHA"])
    assert found.from_fork is False


@pytest.mark.parametrize("kind", ["merged_result", "merge_train"])
@pytest.mark.parametrize("named", ["", "here", NOWHERE], ids=["not named", "here", "not here"])
def test_a_merged_result_is_judged_at_the_merge_request_s_own_head(checkout: Checkout, kind: str, named: str) -> None:
    variables = merge_request(checkout, CI_MERGE_REQUEST_EVENT_TYPE=kind)
    head = variables["CI_COMMIT_SHA"]
    checkout.git("checkout", "--quiet", "--detach", "main")
    checkout.commit({"b.py": "b = 2\n"})
    merge = checkout.merge("change")
    source = head if named == "here" else named
    found = context(checkout, **{**variables, "CI_COMMIT_SHA": merge, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": source})
    assert found.commit == head


def test_a_diff_base_that_is_not_here_falls_to_the_target_branch(checkout: Checkout) -> None:
    variables = merge_request(checkout, CI_MERGE_REQUEST_DIFF_BASE_SHA=NOWHERE)
    assert context(checkout, **variables).base == NOWHERE
    checkout.git("update-ref", "refs/remotes/origin/main", "main")
    assert context(checkout, **variables).base == checkout.git("rev-parse", "main")


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [("group/name", "group/name", False), ("eve/name", "group/name", True), ("", "group/name", True), ("", "", True)],
)
def test_whose_change_it_is_must_be_known_to_be_trusted(
    checkout: Checkout, source: str, target: str, *, expected: bool
) -> None:
    paths = {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": source, "CI_MERGE_REQUEST_PROJECT_PATH": target}
    assert context(checkout, **merge_request(checkout, **paths)).from_fork is expected


@pytest.mark.parametrize("value", ["", "--output=PWNED", "HEAD~1", "\u0661" * 40])
def test_what_is_no_commit_id_is_left_aside(checkout: Checkout, value: str) -> None:
    found = context(checkout, CI_COMMIT_SHA=value, CI_COMMIT_BEFORE_SHA=value, CI_PIPELINE_SOURCE="push")
    assert (found.commit, found.base) == (checkout.git("rev-parse", "HEAD"), None)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GITLAB_CI": "true"}, True),
        ({"GITLAB_CI": "false", "CI_PIPELINE_ID": "1000", "CI_SERVER_URL": "https://gitlab.com"}, True),
        ({"CI_JOB_ID": "1", "CI_PROJECT_PATH": "g/n"}, True),
        ({"CI": "true", "CI_JOB_ID": "1"}, False),
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, False),
        ({}, False),
    ],
)
def test_a_job_is_recognised(environment: dict[str, str], *, expected: bool) -> None:
    assert is_here(environment) is expected
