"""GitLab has no drafts: a release is made where it is to be published and tagged, and the change by a merge request."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_ci.core.notes.release import Page, signed
from agent_ci.drafting import Drafting
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from agent_ci.forges.gitlab.releases import GitLabReleases
from tests.checkouts import NOBODY
from tests.forges.gitlab_lab import FAST, TOKEN, GitLabLab
from tests.servers.gitlab import PATH
from tests.servers.gitlab_values import Fault

FIRST = Page("v1.1.0", signed("- The sum"))
SECOND = Page("v1.1.0", signed("- The sum\n- The tax"))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        yield made


def releases(lab: GitLabLab, token: str = "GITLAB_TOKEN") -> GitLabReleases:  # noqa: S107 - a variable's name
    return GitLabReleases({**lab.server.variables, token: TOKEN}, FAST)


@pytest.mark.parametrize("token", ["GITLAB_TOKEN", "CI_JOB_TOKEN"])
def test_a_release_is_made_of_a_tag_that_is_there_and_kept_up_to_date(lab: GitLabLab, token: str) -> None:
    with pytest.raises(ForgeUnavailableError, match="push the tag first"):
        releases(lab, token).publish(FIRST)
    lab.hosted.git("tag", "v1.1.0", lab.head)
    assert releases(lab, token).publish(FIRST).startswith("the release v1.1.0 was made: http")
    assert releases(lab, token).publish(SECOND).startswith("the release v1.1.0 was brought up to date: http")
    assert releases(lab, token).publish(SECOND).startswith("the release v1.1.0 is up to date: http")
    assert [(method, path) for method, path, _ in lab.server.writes] == [
        ("POST", "/projects/5/releases"),
        ("PUT", "/projects/5/releases/v1.1.0"),
    ]
    assert lab.server.releases["v1.1.0"]["description"] == SECOND.body


@pytest.mark.parametrize("is_after", [True, False])
def test_a_lost_answer_makes_no_second_release(lab: GitLabLab, *, is_after: bool) -> None:
    lab.hosted.git("tag", "v1.1.0", lab.head)
    lab.server.faults.append(Fault("POST .*/releases", 0, is_after=is_after))
    releases(lab).publish(FIRST)
    assert lab.server.releases["v1.1.0"]["description"] == FIRST.body


def test_a_release_of_a_person_stays_as_it_is(lab: GitLabLab) -> None:
    lab.hosted.git("tag", "v1.1.0", lab.head)
    releases(lab).publish(FIRST)
    lab.server.releases["v1.1.0"]["description"] = FIRST.body.replace("The sum", "Sums are right")
    before = dict(lab.server.releases["v1.1.0"])
    assert "stays as it is" in releases(lab).publish(SECOND)
    assert lab.server.releases["v1.1.0"] == before


def test_a_job_without_a_token_says_so(lab: GitLabLab) -> None:
    with pytest.raises(NotAllowedError, match="no token"):
        GitLabReleases(lab.server.variables).publish(FIRST)


@pytest.mark.parametrize("is_published", [False, True], ids=["not published", "published"])
def test_a_run_opens_a_merge_request_and_makes_a_release_only_where_asked(
    lab: GitLabLab, tmp_path: Path, *, is_published: bool
) -> None:
    lab.hosted.git("tag", "v1.1.0", lab.head)
    commit = {"CI_COMMIT_SHA": lab.head, "CI_COMMIT_BRANCH": "change", "CI_COMMIT_REF_NAME": "change"}
    more = {"CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "GITLAB_TOKEN": TOKEN, **commit}
    environment = {**NOBODY, **lab.server.variables, **more}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "pull-request"}
    run = Drafting(
        environment,
        given,
        io.StringIO(),
        release="v1.1.0",
        file="CHANGELOG.md",
        has_draft=True,
        is_published=is_published,
    )
    document = run.run()
    assert document["outcome"] == "delivered", document["reason"]
    request = lab.server.requested[2]
    assert request["target_branch"] == "change"
    assert request["title"] == "Draft: docs: add the notes of v1.1.0"
    notes = (tmp_path / "out/notes.md").read_text().split("\n\n", 1)[1].rstrip("\n")
    if is_published:
        assert str(lab.server.releases["v1.1.0"]["description"]).startswith(f"{notes}\n\n<!-- agent-ci:release ")
        assert f"{PATH}/-/releases/v1.1.0" in str(document["reason"])
    else:
        assert lab.server.releases == {}
        assert "GitLab has no drafts of releases" in str(document["reason"])
