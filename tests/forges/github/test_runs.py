"""What a red run left at GitHub is fetched with the right to read it, and only where it is the run that is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent_ci.core.red_run import RedRun
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, UnsupportedError
from agent_ci.forges.github import runs
from tests.archives import HOSTILE, REPORT, packed
from tests.forges.github.lab import Lab
from tests.servers.chat import Step
from tests.servers.github import TOKEN
from tests.servers.github_state import Account

RUN = 5


def environment(lab: Lab, folder: Path, *, head: str = "", run: int = RUN) -> dict[str, str]:
    """A job that follows the run *run* of the commit *head*."""
    event = folder / "event.json"
    event.write_text(json.dumps({"workflow_run": {"id": run, "head_sha": head or lab.head}}), encoding="utf-8")
    return lab.environment(GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(event), GITHUB_RUN_ID="77")


def fetched(lab: Lab, folder: Path, **given: object) -> RedRun:
    return runs.red_run(environment(lab, folder, **given), timing=lab.passing.timing())  # type: ignore[arg-type]


@pytest.fixture
def red(lab: Lab) -> Lab:
    """A run with two red jobs and two artifacts that can be had."""
    state, store = lab.server.state, lab.server.store
    state.red_run(RUN, lab.head)
    jobs = (("test", "failure"), ("lint", "success"), ("test", "timed_out"))
    state.jobs[RUN] = [{"id": n, "name": name, "conclusion": how} for n, (name, how) in enumerate(jobs)]
    store.update({f"actions/jobs/{n}/logs": f"log {n}".encode() for n in range(3)})
    names = (("reports", False), ("gone", True), ("pages", False))
    state.artifacts[RUN] = [{"id": 8 + n, "name": name, "expired": gone} for n, (name, gone) in enumerate(names)]
    store["actions/artifacts/8/zip"] = packed({"junit/a.xml": REPORT, "pytest.log": b"FAILED x", "a.txt": b""})
    store["actions/artifacts/10/zip"] = packed({"index.html": b"<p>"})
    return lab


def test_reports_and_logs_come_without_showing_the_token_to_the_store(red: Lab, tmp_path: Path) -> None:
    found = fetched(red, tmp_path)
    assert (found.repository, found.run, found.commit) == ("owner/shop", "5", red.head)
    assert [(left.name, left.content) for left in found.reports] == [("reports/junit/a.xml", REPORT)]
    assert [(left.name, left.content) for left in found.logs] == [
        ("test (0)", b"log 0"),
        ("test (2)", b"log 2"),
        ("reports/pytest.log", b"FAILED x"),
    ]
    assert found.notes == ("the artifact 'gone' has expired or is too large",)
    assert not red.server.writes


def test_a_token_without_the_right_to_read_runs_is_told_which_it_needs(red: Lab, tmp_path: Path) -> None:
    red.server.tokens[TOKEN] = Account(rights=frozenset({"contents"}))
    with pytest.raises(NotAllowedError, match="`actions: read`"):
        fetched(red, tmp_path)


@pytest.mark.parametrize("archive", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_artifact_is_left_out_and_the_others_are_read(red: Lab, tmp_path: Path, archive: bytes) -> None:
    red.server.store["actions/artifacts/10/zip"] = archive
    found = fetched(red, tmp_path)
    assert [left.name for left in found.reports] == ["reports/junit/a.xml"]
    assert "the artifact 'pages' is not read: " in found.notes[-1]


def test_artifacts_share_one_limit(red: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_BYTES", 2000)
    red.server.state.artifacts[RUN][2]["size_in_bytes"] = 1900
    found = fetched(red, tmp_path)
    assert len(found.reports) == 1
    assert "the artifact 'pages' has expired or is too large" in found.notes


def test_a_run_of_another_repository_is_not_read(red: Lab, tmp_path: Path) -> None:
    red.server.state.runs[RUN]["repository"] = {"full_name": "mallory/shop"}
    with pytest.raises(UnsupportedError, match="belongs to 'mallory/shop'"):
        fetched(red, tmp_path)


def test_a_run_of_another_commit_than_the_event_tells_of_is_not_read(red: Lab, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="was of the commit"):
        fetched(red, tmp_path, head=red.base)
    assert [seen.path.rpartition("/")[2] for seen in red.server.seen] == ["5"]


def test_without_another_workflow_it_is_the_run_that_the_job_is_part_of(red: Lab) -> None:
    around = red.environment(GITHUB_EVENT_NAME="push", GITHUB_RUN_ID=str(RUN))
    assert runs.red_run(around, timing=red.passing.timing()).run == "5"
    assert runs.red_run({**around, "GITHUB_RUN_ID": "6"}, RUN, red.passing.timing()).run == "5"
    with pytest.raises(UnsupportedError, match="--of"):
        runs.red_run(red.environment(), timing=red.passing.timing())


def test_a_log_that_is_gone_or_too_large_is_left_out(red: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del red.server.store["actions/jobs/0/logs"]
    red.server.store["actions/jobs/2/logs"] = b"x" * 2000
    monkeypatch.setattr(runs, "_LOG_BYTES", 1000)
    found = fetched(red, tmp_path)
    assert [left.name for left in found.logs] == ["reports/pytest.log"]
    assert "the log of test (0) is left out" in found.notes[0]
    assert "larger than 1000 bytes" in found.notes[1]


def test_a_forge_that_does_not_answer_is_named(red: Lab, tmp_path: Path) -> None:
    red.server.breaks("GET", "/actions/runs/5$", Step(status=0), times=10)
    with pytest.raises(ForgeUnavailableError):
        fetched(red, tmp_path)


def test_each_artifact_and_log_has_a_name_and_no_more_than_so_many_are_read(red: Lab, tmp_path: Path) -> None:
    red.server.state.jobs[RUN] = [{"id": 0, "name": "test", "conclusion": "failure"}] * 25
    red.server.state.artifacts[RUN] = [{"id": 8, "name": "reports", "expired": False}] * 35
    found = fetched(red, tmp_path)
    assert (len(found.logs), len(found.reports)) == (20 + 20, 30)
    assert found.notes == (
        "25 jobs failed, and the logs of 20 are read",
        "there are more than 30 artifacts, and the others are not read",
    )
