"""Publishing in a pipeline: held against what the job judges, and delivered to real servers of both forges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.repositories import git
from tests.checkouts import Checkout
from tests.handed import GITHUB, Handed, event, part, publish, resealed
from tests.red import GOOD, QUICK, QUICK_FILES, RedRepository
from tests.servers.chat import Step
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.gitlab import GitLabServer


@pytest.mark.parametrize(("name", "value"), [("repository", "other/name"), ("number", 8)])
def test_in_a_pipeline_the_evidence_must_be_about_what_the_job_judges(
    tmp_path: Path, handed: Handed, name: str, value: object
) -> None:
    red, folder = handed(tmp_path)
    head = git(red.path, "rev-parse", "HEAD").strip()
    right = {"forge": "github", "repository": "owner/name", "commit": head, "number": 7}
    resealed(folder, **part(folder, "context", **{**right, name: value}))
    done = publish(red, folder, **GITHUB, GITHUB_EVENT_PATH=event(tmp_path, head, head))
    assert (done.code, done.document["outcome"]) == (14, "unsupported")
    assert f"the evidence is about the {name} {value!r}" in done.document["reason"]


def test_the_settings_that_decide_are_those_of_the_base(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, QUICK_FILES)
    red.commit({".agent-ci.yml": "deny:\n  - calc.py\n"})
    base = git(red.path, "rev-parse", "HEAD").strip()
    red.commit({".agent-ci.yml": "deny: []\n"})
    head = git(red.path, "rev-parse", "HEAD").strip()
    run = red.run(replies=(GOOD,), **QUICK)
    assert run.outcome == "fixed"
    context = {"forge": "github", "repository": "owner/name", "number": 7}
    resealed(run.out, **part(run.out, "context", **context))
    event_path = event(tmp_path, head, base)
    done = publish(red, run.out, **GITHUB, GITHUB_EVENT_PATH=event_path)
    assert (done.code, done.document["outcome"]) == (20, "policy_refused")
    done = publish(red, run.out, **GITHUB, GITHUB_EVENT_PATH=event(tmp_path, head, "f" * 40))
    assert (done.code, done.document["outcome"]) == (14, "unsupported")
    assert "its settings decide; fetch it" in done.document["reason"]


def test_no_checkout_is_needed_where_the_forge_has_the_commit(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    head = git(red.path, "rev-parse", "HEAD").strip()
    server = tmp_path / "server"
    git(tmp_path, "clone", "-q", "--bare", str(red.path), str(server / "owner" / "name.git"))
    git(server / "owner" / "name.git", "config", "uploadpack.allowAnySHA1InWant", "true")
    resealed(folder, **part(folder, "context", forge="github", repository="owner/name", commit=head, number=7))
    (empty := RedRepository(tmp_path / "empty", tmp_path)).path.mkdir()
    variables = {**GITHUB, "GITHUB_SERVER_URL": f"file://{server}", "GITHUB_EVENT_PATH": event(tmp_path, head, head)}
    done = publish(empty, folder, "--deliver", "patch", **variables)
    assert (done.code, done.document["outcome"], done.document["delivery"]["rung"]) == (0, "fixed", "patch")
    assert list(empty.path.iterdir()) == []


def test_where_nobody_can_tell_whether_repairs_were_stopped_nothing_is_delivered(
    tmp_path: Path, handed: Handed
) -> None:
    red, folder = handed(tmp_path)
    head = git(red.path, "rev-parse", "HEAD").strip()
    git(tmp_path, "clone", "-q", "--bare", str(red.path), "origin.git")
    resealed(folder, **part(folder, "context", forge="github", repository="owner/name", commit=head, number=7))
    with ForgeServer(tmp_path / "origin.git", name="owner/name") as server:
        server.state.open_request("topic", number=7)
        server.breaks("GET", "/issues/7$", Step(b"{}", status=403))
        job = {**GITHUB, **server.variables, "GITHUB_TOKEN": TOKEN, "GITHUB_EVENT_PATH": event(tmp_path, head, head)}
        done = publish(red, folder, "--deliver", "commit", **job)
        assert server.writes == []
    assert (done.code, done.document["outcome"]) == (31, "forge_unavailable")
    assert "pull-requests: read" in done.document["reason"]
    assert (tmp_path / "published" / "fix.patch").read_bytes() == (folder / "fix.patch").read_bytes()


def test_on_gitlab_the_commit_is_pushed_without_a_checkout_and_found_by_the_next_run(
    tmp_path: Path, handed: Handed
) -> None:
    red, folder = handed(tmp_path)
    head, token = git(red.path, "rev-parse", "HEAD").strip(), "glpat-Zq8mWx2Vb7Nk4Jd9"
    with GitLabServer(Checkout(red.path), tmp_path / "hosted", token) as server:
        resealed(folder, **part(folder, "context", forge="gitlab", repository="group/name", commit=head, number=None))
        job = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": head, "CI_COMMIT_REF_NAME": "main"}
        (empty := RedRepository(tmp_path / "empty", tmp_path)).path.mkdir()
        variables = {**server.variables, **job, "CI_DEFAULT_BRANCH": "main", "GITLAB_TOKEN": token}
        variables["GITHUB_TOKEN"] = "ghs_of_another_forge"  # noqa: S105 - made up; the server would turn it away
        done = [publish(empty, folder, "--deliver", "commit", **variables) for _ in range(2)]
        assert [(one.code, one.document["outcome"]) for one in done] == [(0, "delivered")] * 2, done[0].stderr
        tree = done[0].document["patch"]["tree"]
        assert server.hosted.git("rev-parse", "main^", "main^{tree}").split() == [head, tree]
    assert token not in "".join(one.stderr + json.dumps(one.document) for one in done)
