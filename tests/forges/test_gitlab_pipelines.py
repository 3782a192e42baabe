"""What a red pipeline left at GitLab is fetched where it is the one of this job's commit, with any token that may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_ci.core.formats.table import parse
from agent_ci.core.red_run import RedRun
from agent_ci.errors import NotAllowedError, UnsupportedError
from agent_ci.forges.gitlab.pipelines import red_run
from tests.forges.gitlab_lab import FAST, TOKEN, GitLabLab
from tests.servers.gitlab import PROJECT
from tests.servers.gitlab_values import Fault

CASES = [
    {
        "name": "test_a",
        "classname": "tests.test_a",
        "file": "tests/test_a.py",
        "execution_time": 0.1,
        "status": "success",
    },
    {"name": "test_b", "classname": "tests.test_a", "status": "failed", "system_output": "assert 1 == 2\nin \x00b"},
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        server = made.server
        server.ended[9] = {"id": 9, "project_id": PROJECT, "sha": made.head}
        server.jobs[9] = [{"id": 1, "name": "test", "status": "failed"}, {"id": 2, "name": "lint", "status": "success"}]
        server.traces[1] = b"boom"
        server.test_reports[9] = {"test_suites": [{"name": "test", "test_cases": CASES}]}
        yield made


def fetched(lab: GitLabLab, named: int | None = None, **variables: str) -> RedRun:
    given = {**lab.server.variables, "GITLAB_TOKEN": TOKEN, "CI_COMMIT_SHA": lab.head, "CI_PIPELINE_ID": "9"}
    return red_run({name: text for name, text in {**given, **variables}.items() if text}, named, FAST)


def test_the_logs_of_failed_jobs_and_the_tests_as_junit_are_read(lab: GitLabLab) -> None:
    found = fetched(lab)
    assert (found.repository, found.run, found.commit) == ("group/name", "9", lab.head)
    assert [(left.name, left.content) for left in found.logs] == [("test (1)", b"boom")]
    [report] = found.reports
    read = parse([report.content])
    assert [case.name for case in read.red] == ["test_b"]
    assert read.tally.passed == 1
    assert not lab.server.writes


def test_the_token_of_the_job_will_do(lab: GitLabLab) -> None:
    lab.server.tokens["glcbt-job"] = 12
    assert fetched(lab, GITLAB_TOKEN="", CI_JOB_TOKEN="glcbt-job").run == "9"  # noqa: S106 - of a fake
    with pytest.raises(NotAllowedError, match="no token"):
        fetched(lab, GITLAB_TOKEN="")


def test_a_child_pipeline_names_its_parent(lab: GitLabLab) -> None:
    assert fetched(lab, 9, CI_PIPELINE_ID="10").run == "9"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sha": "a" * 40}, "is of the commit"),
        ({"sha": None}, "is of the commit"),
        ({"project_id": 6}, "another project"),
    ],
)
def test_a_pipeline_of_another_commit_or_project_is_not_read(
    lab: GitLabLab, change: dict[str, object], said: str
) -> None:
    lab.server.ended[9].update(change)
    with pytest.raises(UnsupportedError, match=said):
        fetched(lab)
    assert len(lab.server.requests) == 1


def test_of_a_merged_result_the_head_of_the_change_is_what_was_judged(lab: GitLabLab) -> None:
    lab.server.ended[9]["sha"] = "b" * 40
    found = fetched(lab, CI_COMMIT_SHA="b" * 40, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=lab.head)
    assert found.commit == lab.head


def test_what_cannot_be_had_is_left_out_and_named(lab: GitLabLab) -> None:
    del lab.server.traces[1]
    lab.server.faults.append(Fault("test_report", 404))
    found = fetched(lab)
    assert (found.logs, found.reports) == ((), ())
    assert [note.partition(" is left out")[0] for note in found.notes] == ["the log of test (1)", "the test report"]


def test_a_right_that_is_missing_is_named(lab: GitLabLab) -> None:
    lab.server.faults.append(Fault("trace", 403))
    with pytest.raises(NotAllowedError, match="read_api"):
        fetched(lab)
