"""What a red run left is fetched by a process of its own, kept outside of the checkout, and read where it fits."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agent_ci import fetched
from agent_ci.checkout import Repository
from agent_ci.core.context import Context
from agent_ci.core.red_run import Left, RedRun
from agent_ci.errors import UsageError
from agent_ci.fetching import Fetching
from agent_ci.keeper import Desk
from bench.repositories import PYTEST, git
from tests.archives import REPORT, packed
from tests.red import CALC, FILES, RedRepository
from tests.servers.chat import Step
from tests.servers.github import TOKEN, ForgeServer

KEY = "sk-canary-7c1f0be2d9"
RUN = 5
SAID = "expected ';' before '}' token"
HERE = Context("github", "owner/shop", "", "a" * 40)
LEFT = RedRun("owner/shop", "5", "a" * 40, (Left("junit/a.xml", REPORT),), (Left("test (1)", b"boom"),), ("a note",))
FAILED = b"""<testsuite name="pytest" tests="2" failures="2">
<testcase classname="test_calc" name="test_add"><failure message="assert 3 == 2">red</failure></testcase>
<testcase classname="test_elsewhere" name="test_it"><failure message="boom">red</failure></testcase></testsuite>"""


def kept_in(folder: Path, run: RedRun = LEFT) -> dict[str, str]:
    fetched.keep(run, folder)
    return {fetched.VARIABLE: str(folder)}


def test_what_was_kept_is_found_by_its_variable_and_in_the_folder_of_the_runner(tmp_path: Path) -> None:
    around = kept_in(tmp_path / "agent-ci-red-run")
    for environment in (around, {"RUNNER_TEMP": str(tmp_path)}):
        found = fetched.of(environment, HERE)
        assert [path.read_bytes() for path in found.reports] == [REPORT]
        assert [(path.read_bytes(), name) for path, name in found.logs.items()] == [(b"boom", "test (1)")]
        assert found.said == "read 1 report(s) and 1 log(s) of run 5"
    assert fetched.of({}, HERE) == fetched.Fetched()


@pytest.mark.parametrize("other", [{"commit": "b" * 40}, {"repository": "mallory/shop"}])
def test_what_belongs_to_something_else_is_left_alone(tmp_path: Path, other: Mapping[str, str]) -> None:
    found = fetched.of(kept_in(tmp_path / "there"), replace(HERE, **other))  # type: ignore[arg-type] # its own names
    assert (found.reports, dict(found.logs)) == ((), {})
    assert "is left alone: it is of the commit" in found.said


def manifest(files: object) -> str:
    return json.dumps({"repository": "owner/shop", "commit": "a" * 40, "run": "5", "files": files})


@pytest.mark.parametrize(
    "text",
    [
        *map(
            manifest, ({"../../etc/passwd": "x"}, {"/etc/passwd": "x"}, {"reports/../../x.xml": "x"}, {"logs/a": "x"})
        ),
        "[" * 100_000,
        "[]",
        "",
    ],
    ids=["outside", "absolute", "up and down", "another end", "deep", "a list", "empty"],
)
def test_a_list_that_fetch_did_not_write_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / fetched.MANIFEST).write_text(text, encoding="utf-8")
    found = fetched.of({fetched.VARIABLE: str(tmp_path)}, HERE)
    assert (found.reports, dict(found.logs)) == ((), {})
    assert "is left alone" in found.said


def test_a_list_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    around = kept_in(tmp_path / "there")
    real = tmp_path / "there" / fetched.MANIFEST
    real.rename(tmp_path / "elsewhere")
    real.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in fetched.of(around, HERE).said


def test_of_too_much_as_much_is_kept_as_is_read_and_the_rest_is_named(tmp_path: Path) -> None:
    long = "\U0001f600" * 5000
    reports = tuple(Left(f"{number} {long}", REPORT) for number in range(2001))
    logs = tuple(Left(f"{number} {long}", b"boom") for number in range(51))
    notes = tuple(f"{number} {long}" for number in range(130))
    kept = fetched.keep(replace(LEFT, reports=reports, logs=logs, notes=notes), tmp_path / "there")
    assert kept.notes[100:] == (
        "30 more notes are left out",
        "of 2001 reports the first 2000 are kept, and the others are left out",
        "of 51 logs the first 50 are kept, and the others are left out",
    )
    found = fetched.of({fetched.VARIABLE: str(tmp_path / "there")}, HERE)
    assert found.said == "read 2000 report(s) and 50 log(s) of run 5"
    assert found.reports[-1].read_bytes() == REPORT
    assert list(found.logs.values())[-1].startswith("49 \U0001f600")


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    for folder in (tmp_path, tmp_path / "x"):
        with pytest.raises(UsageError, match="--into"):
            fetched.keep(LEFT, folder)
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(UsageError, match="not empty"):
        fetched.keep(LEFT, tmp_path / "link")


def test_fetch_refuses_the_key_of_a_model_and_asks_for_a_folder_and_a_forge(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must not hold the key of a model"):
        Fetching({"AGENT_CI_API_KEY": KEY, "GITHUB_TOKEN": TOKEN}, into=tmp_path).run()
    with pytest.raises(UsageError, match="no usual folder"):
        Fetching({}).run()
    with pytest.raises(UsageError, match="no job on GitHub or GitLab"):
        Fetching({}, into=tmp_path).run()


def test_the_keeper_fetches_once_and_only_with_a_token_of_the_forge(tmp_path: Path) -> None:
    without = Desk({"AGENT_CI_API_KEY": KEY}, io.BytesIO(), io.BytesIO(), new_folder=lambda: tmp_path)
    assert without.answer_to({"what": "fetch"}) == ""
    around = {"PATH": os.environ["PATH"]}  # no forge, so that the process it starts ends with an error
    desk = Desk({"GITHUB_TOKEN": TOKEN}, io.BytesIO(), io.BytesIO(), around, new_folder=lambda: tmp_path)
    assert [desk.answer_to({"what": "fetch", "into": "/", "of": 7}), desk.new_folder] == ["", None]
    assert desk.answer_to({"what": "fetch"}) == ""


def test_what_the_keeper_starts_has_the_token_and_no_key() -> None:
    desk = Desk({"GITHUB_TOKEN": TOKEN, "AGENT_CI_API_KEY": KEY}, io.BytesIO(), io.BytesIO(), {"PATH": "/bin"})
    assert desk.with_tokens == {"PATH": "/bin", "GITHUB_TOKEN": TOKEN}


@dataclass(frozen=True)
class Follower:
    """A job that follows the red run 5 of the branch ``topic``, whose report and log are at the forge alone."""

    red: RedRepository
    server: ForgeServer
    folder: Path

    def environment(self, **variables: str) -> dict[str, str]:
        """What it has."""
        return {
            "PATH": os.environ["PATH"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "RUNNER_TEMP": str(self.folder / "temporary"),
            **self.server.variables,
            **variables,
        }

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """agent-ci in it."""
        argv, around = [sys.executable, "-m", "agent_ci", *arguments], self.environment(**variables)
        return subprocess.run(argv, env=around, capture_output=True, text=True, check=False, timeout=180)

    def explained(self, *more: str, **variables: str) -> tuple[dict[str, Any], str]:
        """The evidence of `explain`, and what was said on the way."""
        given = ("--repository", str(self.red.path), "--run", PYTEST, "--repeat", "2", "--sandbox", "none")
        done = self.run("explain", *given, "--out", str(self.folder / "out"), "--json", *more, **variables)
        document: dict[str, Any] = json.loads(done.stdout)
        return document, done.stderr


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    red = RedRepository.make(tmp_path, {**FILES, "calc.py": CALC})
    head = Repository.at(red.path).head()
    git(tmp_path, "clone", "-q", "--bare", str(red.path), str(tmp_path / "origin.git"))
    (tmp_path / "temporary").mkdir()
    name = {"full_name": "owner/shop"}
    run = {"id": RUN, "event": "push", "head_sha": head, "head_branch": "topic", "head_repository": name}
    event = {"workflow_run": run, "repository": {**name, "default_branch": "main"}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with ForgeServer(tmp_path / "origin.git") as server:
        server.state.red_run(RUN, head)
        server.state.jobs[RUN] = [{"id": 1, "name": "test", "conclusion": "failure"}]
        server.state.artifacts[RUN] = [{"id": 2, "name": "reports", "expired": False}]
        server.store["actions/jobs/1/logs"] = f"2026-01-01T00:00:00.0Z shop.c:3:1: error: {SAID}\n".encode()
        server.store["actions/artifacts/2/zip"] = packed({"junit.xml": FAILED})
        yield Follower(red, server, tmp_path)


def test_a_step_of_its_own_fetches_and_the_next_one_reads_without_a_token(follower: Follower) -> None:
    done = follower.run("fetch", AGENT_CI_FORGE_TOKEN=TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "fetched 1 report(s) and 1 log(s) of run 5" in done.stdout
    asked = len(follower.server.seen)
    document, said = follower.explained()
    assert document["outcome"] == "explained"
    assert [finding["message"] for finding in document["findings"]] == [SAID]
    assert "read 1 report(s) and 1 log(s) of run 5" in said
    assert len(follower.server.seen) == asked


def test_in_one_job_the_keeper_has_it_fetched_without_a_line_more(follower: Follower) -> None:
    document, said = follower.explained(GITHUB_TOKEN=TOKEN, AGENT_CI_API_KEY=KEY)
    assert [finding["message"] for finding in document["findings"]] == [SAID]
    assert "read 1 report(s) and 1 log(s) of run 5" in said
    assert [*(follower.folder / "temporary").iterdir()] == []
    assert not follower.server.writes


def test_a_report_that_lies_here_is_read_and_the_forge_is_not_asked(follower: Follower) -> None:
    (follower.red.path / "junit.xml").write_bytes(FAILED)
    document, said = follower.explained(GITHUB_TOKEN=TOKEN)
    assert (document["findings"], "of run 5" in said) == ([], False)
    assert follower.server.seen == []


def test_where_the_right_is_missing_it_is_named_and_the_run_goes_on(follower: Follower) -> None:
    follower.server.tokens.clear()
    document, said = follower.explained(GITHUB_TOKEN=TOKEN)
    assert document["outcome"] == "explained"
    assert "the forge did not accept the token" in said


def test_what_was_fetched_of_another_commit_is_said_to_be_left_alone(follower: Follower) -> None:
    assert follower.run("fetch", AGENT_CI_FORGE_TOKEN=TOKEN).returncode == 0
    follower.red.commit({"more.py": "x = 1\n"})
    event = json.loads((follower.folder / "event.json").read_text(encoding="utf-8"))
    event["workflow_run"]["head_sha"] = Repository.at(follower.red.path).head()
    (follower.folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    document, said = follower.explained()
    assert document["findings"] == []
    assert "is left alone: it is of the commit" in said


def test_a_signal_while_the_forge_keeps_us_waiting_ends_all_of_it_with_evidence(follower: Follower) -> None:
    follower.server.breaks("GET", "/actions/runs/5$", Step(b"{}", delay=60), times=5)
    out = follower.folder / "out"
    argv = ("fix", "--repository", str(follower.red.path), "--run", PYTEST, "--sandbox", "none", "--out", str(out))
    environment = follower.environment(GITHUB_TOKEN=TOKEN)
    with subprocess.Popen((sys.executable, "-m", "agent_ci", *argv), env=environment, stderr=subprocess.PIPE) as job:
        for _ in range(600):
            if follower.server.seen:
                break
            time.sleep(0.05)
        sent = time.monotonic()
        job.terminate()
        try:
            job.communicate(timeout=30)
        finally:
            job.kill()
    assert (job.returncode, time.monotonic() - sent < 5) == (130, True)
    assert json.loads((out / "evidence.json").read_text(encoding="utf-8"))["outcome"] == "cancelled"


def test_a_plan_is_made_from_what_was_fetched_and_its_cells_fetch_for_themselves(follower: Follower) -> None:
    assert follower.run("fetch", AGENT_CI_FORGE_TOKEN=TOKEN).returncode == 0
    out = follower.folder / "out"
    done = follower.run("plan", "--repository", str(follower.red.path), "--out", str(out))
    assert done.returncode == 0, done.stderr
    cells = json.loads((out / "plan.json").read_text(encoding="utf-8"))["cells"]
    assert [cell["reports"] for cell in cells] == [[], []]
